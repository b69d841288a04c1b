#!/usr/bin/env python3
"""Set s2m up and start it, with nothing but Python.

python3 dev.py demo       a living demo venue          [--port N] [--instance DIR]
python3 dev.py run        the real thing               [--port N] [--instance DIR]
python3 dev.py test       tests but for the long ones  [--require-all] [pytest's arguments]
python3 dev.py lint       ruff and mypy
python3 dev.py translate  bring the Dutch catalogue up to date, and say what it lacks
python3 dev.py s2m ARGS   any other s2m command
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 (the one line that an older Python must reach)
    sys.exit(f"s2m needs Python 3.11 or newer; this is {sys.version.split()[0]}.")

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin/python"
STAMP = VENV / "s2m.stamp"
UNFINISHED = "unfinished"


def say(text):
    print(f"dev.py: {text}", file=sys.stderr, flush=True)


def quietly(command):
    """Run a long command: a sign of life every ten seconds, its output only if it fails."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        with subprocess.Popen(
            [str(part) for part in command], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        ) as child:
            while child.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(timeout=10)
                    break
                say(f"  … {time.monotonic() - began:.0f} s")
        if child.returncode:
            output.seek(0)
            sys.stderr.write(output.read().decode(errors="replace")[-4000:])
            sys.exit(f"dev.py: this failed: {' '.join(str(part) for part in command)}")


@contextlib.contextmanager
def alone():
    """Hold this folder's lock, so that a second dev.py waits until the first has finished setting up."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another dev.py is setting up here, waiting for it …")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def ensure():
    """Make .venv what the pins say, and bring browser files and catalogues up to date."""
    with alone():
        want = wanted()
        have = STAMP.read_text() if STAMP.exists() else ""
        if have != want or not PYTHON.exists():
            if have == UNFINISHED or not usable():
                make_venv()
            STAMP.write_text(UNFINISHED)
            install()
            STAMP.write_text(want)
        subprocess.run([PYTHON, ROOT / "s2m/assets/fetch.py"], check=True)


def wanted():
    """What a finished set-up was made from; a moved folder or another Python needs another."""
    files = ("requirements.txt", "pyproject.toml", "s2m/assets/package-lock.json", "s2m/assets/node.txt")
    parts = [(ROOT / name).read_bytes() for name in files]
    parts.append(f"{ROOT} {sys.version} {shutil.which('npm') is None}".encode())
    return hashlib.sha256(b"".join(parts)).hexdigest()


def usable():
    """Whether .venv is of this Python and place and has a pip: then it is updated, not made anew."""
    note = VENV / "pyvenv.cfg"
    if not PYTHON.exists() or not note.exists() or f" {VENV}\n" not in note.read_text():
        return False
    probe = "import pip, sys; print(sys.version)"
    answer = subprocess.run([PYTHON, "-c", probe], capture_output=True, text=True)
    return answer.stdout.strip() == sys.version


def make_venv():
    if VENV.is_symlink():  # somebody else's: clearing it would take it away from them
        sys.exit(f"dev.py: {VENV} is a link. Remove it, and this makes one of its own.")
    say("making .venv …")
    if importlib.util.find_spec("ensurepip") is None:  # Debian keeps it in a package of its own
        install_debian_packages(f"python3.{sys.version_info.minor}-venv")
    # Never the venv's own python, which --clear would remove under its feet.
    quietly([sys._base_executable, "-m", "venv", "--clear", VENV])


def install_debian_packages(*names):
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(f"dev.py: {', '.join(names)} is missing; install it as root with apt-get, then go on.")
    say(f"installing Debian's {' '.join(names)} …")
    quietly(["apt-get", "update", "-qq"])
    quietly(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names])


def install():
    say("installing the Python packages (a minute or two the first time) …")
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps"]
    quietly([*pip, "--require-hashes", "-r", "requirements.txt"])
    if not shutil.which("npm"):
        say("npm is missing: installing Node.js into .venv …")
        quietly([*pip, "--require-hashes", "-r", "s2m/assets/node.txt"])
    quietly([*pip, "--no-build-isolation", "--editable", "."])


def start(command):
    os.execv(command[0], [str(part) for part in command])


def demo(args):
    os.environ.setdefault("S2M_INSTANCE", str(ROOT / "instance/demo"))
    start([VENV / "bin/s2m", "demo", *args])


def run(args):
    start([VENV / "bin/s2m", "run", *args])


def s2m(args):
    start([VENV / "bin/s2m", *args])


def test(args):
    subprocess.run([PYTHON, ROOT / "tests/machine.py"], check=True)
    if "--require-all" in args:
        args.remove("--require-all")
        os.environ["S2M_TEST_REQUIRE"] = "browser,postgresql,hledger,beancount"
    os.chdir(ROOT)
    if os.access("/dev/shm", os.W_OK):  # thousands of small databases, each commit on its way to the disk
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", "/dev/shm")
    # Two at a time, each file in one place: servers and browsers are started once a file
    start([PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", *args])


def lint(args):
    os.chdir(ROOT)
    checks = [[PYTHON, "-m", "ruff", "check", "."], [PYTHON, "-m", "mypy"]]
    sys.exit(max(subprocess.run(check).returncode for check in checks))


def translate(args):
    os.chdir(ROOT)
    start([PYTHON, "-m", "tests.catalogue", *args])


JOBS = {"demo": demo, "run": run, "s2m": s2m, "test": test, "lint": lint, "translate": translate}


def main():
    job, *args = sys.argv[1:] or ["help"]
    if job not in JOBS:
        print(__doc__.strip())
        sys.exit(0 if job in ("help", "-h", "--help") else 2)
    ensure()
    JOBS[job](args)


if __name__ == "__main__":
    main()
