"""One tree of errors: each has a stable code and the data a sentence about it needs.

Status codes and sentences belong to the edge (`web/errors.py`, `cli.py`); here stands only what went wrong.
"""

from __future__ import annotations

from typing import Any


class S2MError(Exception):
    """Something a person asked for could not be done. `code` is stable; `data` fills the sentence."""

    code = "error"

    def __init__(self, code: str | None = None, **data: Any) -> None:
        self.code = code or type(self).code
        self.data = data
        super().__init__(f"{self.code} {data}" if data else self.code)


class Invalid(S2MError):
    """A field holds something it cannot hold. data: field."""

    code = "invalid"

    def __init__(self, field: str, code: str, **data: Any) -> None:
        super().__init__(code, field=field, **data)


class NotFound(S2MError):
    """There is no such thing, or it is not for this person: the two answer alike."""

    code = "not_found"


class Refused(S2MError):
    """Understood and well-formed, but a rule says no."""

    code = "refused"


class Denied(S2MError):
    """Not for this person in this role."""

    code = "denied"


class Conflict(S2MError):
    """Somebody else was first, or a key was used before for something else."""

    code = "conflict"


class TooMany(S2MError):
    """More tries than allowed. data: retry_after (seconds)."""

    code = "too_many"


class Unavailable(S2MError):
    """The database cannot take this now; nothing was stored. Trying again is right."""

    code = "unavailable"


class Damaged(Unavailable):
    """A row holds what cannot be read: nothing of ours wrote it. data: n (its place, counted from 1), what (its table)."""

    code = "damaged"


class Collision(Unavailable):
    """Two transactions met (deadlock, serialization); nothing was stored and a repeat will do."""

    code = "collision"
