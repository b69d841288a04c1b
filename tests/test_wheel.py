"""The wheel is complete and works away from the checkout."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGED = {"s2m": "s2m", "kiosk": "kiosk", "templates": "s2m/templates"}
# Pages of both template trees, on a migrated database and in both languages, run again against the installed wheel.
SUITES = ["kiosk", "web/host"]
QUICK = "not slow and not browser and not postgresql"

pytestmark = [pytest.mark.wheel, pytest.mark.long]


def run(*command, cwd, **variables):
    own = ("PYTEST_", "PYTHON", "S2M_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    done = subprocess.run(command, cwd=cwd, env=env | variables, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", out, cwd=ROOT)
    return next(out.glob("s2m_kiosk-*.whl"))


@pytest.fixture(scope="module")
def away(wheel, tmp_path_factory):
    """A folder with an environment that has the wheel, everything it needs, and no way to the checkout."""
    folder = tmp_path_factory.mktemp("away")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    python = folder / "venv/bin/python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--disable-pip-version-check"]
    run(*pip, "--no-deps", "--no-index", wheel, cwd=folder)
    # A path line lends our dependencies but follows no further .pth, so not the editable install's either.
    site = folder / "venv/lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def expected():
    for top, place in PACKAGED.items():
        for path in (ROOT / top).rglob("*"):
            name = path.relative_to(ROOT / top)
            hidden = {"__pycache__", "assets"} & set(name.parts)
            if path.is_file() and not hidden:
                yield f"{place}/{name}"


def test_every_file_is_in_the_wheel(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert set(expected()) <= names
    # Git ignores these two kinds, so they are the ones a build forgets first.
    assert "s2m/static/vendor/zxing_reader.wasm" in names
    assert any(name.endswith(".mo") for name in names)


def test_nothing_else_is_in_the_wheel(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"s2m", "kiosk"}
    assert not [name for name in names if "node_modules" in name or name.startswith("s2m/assets/")]


def test_installed_package_is_the_wheels(away):
    code = "import s2m, kiosk; print(s2m.__file__, kiosk.__file__)"
    for path in run(away / "venv/bin/python", "-c", code, cwd=away).split():
        assert Path(path).is_relative_to(away)


def test_command_works(away):
    assert "demo" in run(away / "venv/bin/s2m", "--help", cwd=away)


def test_application_starts(away):
    code = "from s2m.app import create_app; print(create_app().test_client().get('/healthz').status_code)"
    out = run(away / "venv/bin/python", "-c", code, cwd=away, S2M_INSTANCE=str(away / "instance"))
    assert out.split()[-1] == "200"


def test_tests_pass_against_the_wheel(away):
    shutil.copytree(ROOT / "tests", away / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", away)
    suites = [f"tests/{name}" for name in SUITES if (ROOT / "tests" / name).is_dir()]
    run(away / "venv/bin/python", "-m", "pytest", "-q", "-m", QUICK, *suites, cwd=away)
