"""Levels: the curve from XP to levels, version 1. Level L needs 50*L*(L-1) XP in total."""

from fractions import Fraction
from math import isqrt

from domain.entities import entity

CURVE_VERSION = 1


@entity
class LevelProgress:
    """Where a learner stands on the curve; `progress` is the part, 0 to 1, of the way to the next level."""

    level: int
    xp_total: int
    xp_into_level: int
    xp_for_next_level: int
    progress: float
    unlocks: list[str]


def level_of(xp: int) -> int:
    """Return the level that `xp` reaches: the largest L with 50*L*(L-1) <= xp, in integers only."""
    return (50 + isqrt(2500 + 200 * xp)) // 100


def xp_of(level: int) -> int:
    """Return the XP in total that `level` needs."""
    return 50 * level * (level - 1)


def progress(*, level: int, xp_total: int) -> LevelProgress:
    """Tell how far a learner of `level` is towards the next one.

    A level kept from an older curve, or after a correction, may lie above what `xp_total` reaches: then the
    learner stands at its very beginning.
    """
    start, end = xp_of(level), xp_of(level + 1)
    into = min(max(xp_total - start, 0), end - start)
    return LevelProgress(
        level=level,
        xp_total=xp_total,
        xp_into_level=into,
        xp_for_next_level=end - start,
        progress=float(Fraction(into, end - start)),
        unlocks=[],
    )
