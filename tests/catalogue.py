"""The sentences on our pages and their Dutch. `python3 dev.py translate` brings the catalogue up to date.

English sentences are the message ids, so English is complete by definition; Dutch is complete when every id that the
code uses has a translation that is not fuzzy and keeps the same placeholders. A test says so.
"""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
DUTCH = ROOT / "s2m/translations/nl/LC_MESSAGES/messages.po"
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "false", "silent": "false"}}
HEADER = "# Dutch for the pages of s2m. Voice and words: design of the product, je/jij, short, no exclamation marks."
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def used():
    """A catalogue of every sentence in the code, with where it stands."""
    found = Catalog(project="s2m", version="", charset="utf-8")
    for top in ("s2m", "kiosk", "templates"):
        for file, line, message, comments, context in extract_from_dir(str(ROOT / top), METHODS, OPTIONS):
            found.add(message, locations=[(f"{top}/{file}", line)], auto_comments=comments, context=context)
    return found


def dutch():
    with DUTCH.open("rb") as file:
        return read_po(file, locale="nl")


def faults():
    """What keeps Dutch from being complete, one line each."""
    kept = dutch()
    for message in used():
        if not message.id:
            continue
        there = kept.get(message.id)
        singular = message.id if isinstance(message.id, str) else message.id[0]
        said = (there.string if isinstance(there.string, tuple | list) else [there.string]) if there else []
        if there is None or there.fuzzy or not said or not all(said):
            yield f"no Dutch for {singular!r} ({message.locations[0][0]})"
        elif message.python_format and any(
            set(PLACEHOLDER.findall(s)) - set(PLACEHOLDER.findall(" ".join(_ids(message)))) for s in said
        ):
            yield f"other placeholders in the Dutch of {singular!r}"


def _placeholders(*texts):
    return set(PLACEHOLDER.findall(" ".join(texts)))


def _ids(message):
    return [message.id] if isinstance(message.id, str) else list(message.id)


def saying(lang):
    """How pages say a sentence in a language: `say("Book %(num)d times", num=3)`. Raises KeyError where none says it."""
    kept = dutch()

    def say(english, num=None, **values):
        message = kept.get(english)
        if message is None:
            raise KeyError(english)
        forms = [message.id, message.string] if isinstance(message.id, str) else [message.id[num != 1], message.string[num != 1]]
        said = forms[lang == "nl"]
        return said % (values | ({} if num is None else {"num": num})) if values or num is not None else said

    return say


def update(fragments=()):
    """Write the catalogue anew: what is used, with the Dutch there is, in the order of the files."""
    kept = dutch() if DUTCH.exists() else Catalog(locale="nl")
    for path in fragments:
        with Path(path).open("rb") as file:
            for message in read_po(file, locale="nl"):
                if message.id and any(message.string if isinstance(message.string, tuple | list) else [message.string]):
                    kept.delete(message.id)  # adding to what is there would keep the old Dutch
                    kept.add(message.id, message.string)
    day = datetime(2026, 11, 23, tzinfo=UTC)  # fixed, so that only sentences make a difference
    new = Catalog(
        locale="nl", header_comment=HEADER, project="s2m", version="0", msgid_bugs_address="none", creation_date=day,
        revision_date=day, last_translator="s2m", language_team="s2m", fuzzy=False,
    )  # fmt: skip
    for message in used():
        if message.id:
            there = kept.get(message.id)
            files = sorted({(file, None) for file, _ in message.locations})
            new.add(message.id, there.string if there else None, locations=files, flags=message.flags)
    DUTCH.parent.mkdir(parents=True, exist_ok=True)
    with DUTCH.open("wb") as file:
        write_po(file, new, width=130, omit_header=False, include_lineno=False, sort_by_file=True)


if __name__ == "__main__":
    update(sys.argv[1:])
    left = list(faults())
    print(*left, sep="\n")
    print(f"{len(left)} sentences without Dutch")
