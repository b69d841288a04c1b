"""Where templates are: the packaged copy if there is one, else the checkout's."""

from pathlib import Path

PACKAGE = Path(__file__).parent


def templates() -> Path:
    packaged = PACKAGE / "templates"
    return packaged if packaged.is_dir() else PACKAGE.parent / "templates"
