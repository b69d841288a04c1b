"""When a room is blocked, buffers included: what a search over a year of a large house asks of a hundred thousand moments.

Moments are whole microseconds since 1970, as the store keeps them. No two times of a room overlap, so that beginnings and
ends are both in order, and the two lists are searched without an object for each time.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field

# From when until when
Span = tuple[int, int]


@dataclass(frozen=True)
class Blocked:
    """When one room is blocked, in order. begins, ends: as long as each other."""

    begins: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def within(self, since: int, until: int) -> Sequence[Span]:
        """The times that reach into a span; what only touches it does not."""
        first, end = bisect_right(self.ends, since), bisect_left(self.begins, until)
        return list(zip(self.begins[first:end], self.ends[first:end], strict=True))

    def add(self, since: int, until: int) -> None:
        """One that overlaps none of them."""
        insort(self.begins, since)
        insort(self.ends, until)

    def drop(self, since: int, until: int) -> None:
        """One of them, if it is there."""
        at = bisect_left(self.begins, since)
        if self.begins[at : at + 1] == [since] and self.ends[at] == until:
            del self.begins[at], self.ends[at]
