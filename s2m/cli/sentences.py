"""What the operator reads when the domain says no. The web has its own, translated: `web/sentences.py`."""

from s2m.domain.errors import Invalid, S2MError

SENTENCES = {
    "busy": "The database is busy. Try again.",
    "choice": "Choose one of the options.",
    "conflict": "There is a network here already.",
    "copy_damaged": "This copy is not whole: {detail}",
    "copy_newer": "This copy comes from a newer s2m ({steps}). Install that first.",
    "copy_unreadable": "This is not a copy of an s2m database.",
    "damaged": "Row {n} of {what} cannot be read. Run: s2m ledger verify",
    "demo_over_real": "{folder} holds a database that is not a demo. Choose another folder with --instance.",
    "email_known": "Somebody already uses this mail address.",
    "email_twice": "This address stands in line {line}, too.",
    "empty": "Fill this in.",
    "host_unknown": "There is no address {host} on this machine.",
    "key_shape": "A key is 64 hex digits, as `s2m passport key` prints it.",
    "ledger_wrong": "The ledger of this copy is wrong at row {row} ({what}).",
    "mail_shape": "This address misses a part, such as name@example.org.",
    "no_letters": "A name has at least one letter.",
    "passport_alg": "This passport is signed in a way that is not accepted.",
    "passport_early": "This passport says that it was made in the future.",
    "passport_expired": "This passport was good until {day}.",
    "passport_forged": "This passport was changed after it was signed, or its signature is not real.",
    "passport_large": "This is larger than a passport can be: at most {most} kB.",
    "passport_shape": "This is not a passport.",
    "person_unknown": "Nobody here has this mail address.",
    "port_taken": "Port {port} on {host} is in use. Choose another with --port.",
    "roster_cells": "There are more cells than columns. Put text with a comma in double quotes.",
    "roster_columns": "The first line names the columns: email,name and, if you like, topics.",
    "roster_csv": "Line {line} is not CSV.",
    "roster_encoding": "Line {line} is not UTF-8. Save the list as CSV UTF-8.",
    "roster_large": "The list is too large: at most {most} bytes.",
    "served": "A server already runs on this instance. Stop it first.",
    "taxonomy_large": "This is larger than a taxonomy can be: at most {most} MB.",
    "taxonomy_shape": "This is not a CSV table of occupations with label_nl, alt_nl, desc_nl and the same in en.",
    "timezone": "Choose a time zone, such as Europe/Amsterdam.",
    "too_long": "This is too long: at most {most} characters.",
    "too_many_topics": "At most {most} topics.",
    "unavailable": "The database does not answer: {detail}",
    "unreadable": "This holds characters that cannot be kept.",
    "use_pg_dump": "PostgreSQL has its own tools: pg_dump makes a copy, pg_restore brings it back.",
}


class _Known(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "?"


def sentence(error: S2MError) -> str:
    """One line for an error, with the field before it where there is one."""
    said = SENTENCES.get(error.code, f"This is refused: {error.code}").format_map(_Known(error.data))
    return f"{error.data['field']}: {said}" if isinstance(error, Invalid) else said
