"""Levels: the curve, and the progress of a learner."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.gamification import levels


@pytest.mark.parametrize(
    ("xp", "level"),
    [
        (0, 1), (99, 1), (100, 2), (299, 2), (300, 3), (599, 3), (600, 4), (999, 4), (1_000, 5),
        (4_499, 9), (4_500, 10), (18_999, 19), (19_000, 20), (122_499, 49), (122_500, 50),
        (494_999, 99), (495_000, 100),
    ],
)  # fmt: skip
def test_the_level_table(xp: int, level: int) -> None:
    assert levels.level_of(xp) == level


@given(st.integers(0, 10**30))
def test_the_level_is_the_largest_one_that_the_xp_reaches(xp: int) -> None:
    level = levels.level_of(xp)

    assert levels.xp_of(level) <= xp < levels.xp_of(level + 1)


def test_progress_is_the_way_to_the_next_level() -> None:
    progress = levels.progress(level=2, xp_total=150)

    assert (progress.xp_into_level, progress.xp_for_next_level, progress.progress) == (50, 200, 0.25)


def test_a_level_above_the_xp_has_no_progress() -> None:
    progress = levels.progress(level=5, xp_total=0)

    assert (progress.level, progress.xp_into_level, progress.progress) == (5, 0, 0.0)


@given(st.integers(0, 10**12))
def test_progress_is_less_than_one(xp: int) -> None:
    progress = levels.progress(level=levels.level_of(xp), xp_total=xp)

    assert 0 <= progress.progress < 1
    assert progress.xp_into_level < progress.xp_for_next_level
