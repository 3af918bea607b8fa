"""Levels: the curve from XP to levels, and the progress of a learner."""

from fractions import Fraction
from math import isqrt

from domain.entities import entity

XP_STEP = 50
"""Level L needs XP_STEP * L * (L - 1) XP in total: level 2 needs 100, level 3 needs 300."""


@entity
class LevelProgress:
    """A learner's position on the curve; `progress` is the part, 0 to 1, of the way to the next level."""

    level: int
    xp_total: int
    xp_into_level: int
    xp_for_next_level: int
    progress: float


def level_of(xp: int) -> int:
    """Return the level that `xp` reaches: the largest L with XP_STEP*L*(L-1) <= xp, in integers only."""
    return (XP_STEP + isqrt(XP_STEP * XP_STEP + 4 * XP_STEP * xp)) // (2 * XP_STEP)


def xp_of(level: int) -> int:
    """Return the total XP that `level` needs."""
    return XP_STEP * level * (level - 1)


def progress(*, level: int, xp_total: int) -> LevelProgress:
    """Return how far a learner of `level` is towards the next one.

    A level that a learner kept after a correction can be above the one that `xp_total` reaches; the progress is then 0.
    """
    start, end = xp_of(level), xp_of(level + 1)
    into = min(max(xp_total - start, 0), end - start)
    return LevelProgress(
        level=level,
        xp_total=xp_total,
        xp_into_level=into,
        xp_for_next_level=end - start,
        progress=float(Fraction(into, end - start)),
    )
