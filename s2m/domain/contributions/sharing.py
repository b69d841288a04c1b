"""A value split fairly, to the unit: the largest remainder, and among equal ones whoever came first."""

from __future__ import annotations

from collections.abc import Sequence


def shares(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Whole parts of `total` in proportion to the weights, in their order; they add up to it exactly.

    Everybody gets their proportion rounded down; the units that are left go to the largest remainders, and where those
    are equal to the first in order. Raises ValueError for a weight below zero, or where all are zero.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights are whole numbers from zero, and not all of them zero")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: -(total * weights[n] % whole))
    for n in by_remainder[: total - sum(parts)]:
        parts[n] += 1
    return tuple(parts)
