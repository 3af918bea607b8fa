"""The adapters of the FSRS packages."""

from datetime import UTC, datetime, timedelta
from random import Random

import fsrs
import pytest
from fsrs.scheduler import LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS
from hypothesis import given
from hypothesis import strategies as st

from domain.spaced_review import memory
from domain.spaced_review.memory import CardState
from domain.spaced_review.review_log import Rating
from gateway.spaced_review.fsrs_schedulers import FsrsSchedulers

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
SCHEDULERS = FsrsSchedulers()


@given(steps=st.lists(st.tuples(st.sampled_from(Rating), st.integers(0, 10**7)), min_size=1, max_size=10))
def test_memories_are_those_of_the_package(steps: list[tuple[Rating, int]]) -> None:
    theirs = fsrs.Scheduler(enable_fuzzing=False)
    card, ours = fsrs.Card(card_id=1, due=NINE), memory.unseen(NINE)
    at = NINE
    for rating, seconds in steps:
        at += timedelta(seconds=seconds)
        card, _ = theirs.review_card(card, fsrs.Rating(int(rating)), at)
        ours = SCHEDULERS.of(None, retention=0.9).after(ours, rating, at)

    assert (ours.stability, ours.difficulty, ours.step) == (card.stability, card.difficulty, card.step)
    assert (ours.due_at, ours.last_reviewed_at) == (card.due, card.last_review)
    assert ours.state.value == card.state.name.upper()


@pytest.mark.parametrize("rating", list(Rating))
def test_a_higher_retention_brings_a_card_back_no_later(rating: Rating) -> None:
    known = SCHEDULERS.of(None, retention=0.9).after(memory.unseen(NINE), Rating.EASY, NINE)
    later = NINE + timedelta(days=9)

    due = [SCHEDULERS.of(None, retention=r).after(known, rating, later).due_at for r in (0.97, 0.9, 0.7)]

    assert due == sorted(due)


def test_the_chance_of_remembering_falls() -> None:
    scheduler = SCHEDULERS.of(None, retention=0.9)
    known = scheduler.after(memory.unseen(NINE), Rating.EASY, NINE)

    chances = [scheduler.recall(known, NINE + timedelta(days=days)) for days in (0, 5, 50)]

    assert known.state is CardState.REVIEW
    assert chances[0] == 1
    assert chances == sorted(chances, reverse=True)


def test_fitted_parameters_are_the_same_each_time_and_within_bounds() -> None:
    draw = Random(7)
    histories = [
        [(3, 0), *((draw.choice((1, 3, 3, 4)), draw.randint(1, 30)) for _ in range(6))] for _ in range(80)
    ]

    fitted = SCHEDULERS.fit(histories)

    assert fitted == SCHEDULERS.fit(histories)
    assert len(fitted) == len(LOWER_BOUNDS_PARAMETERS)
    for value, low, high in zip(fitted, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS, strict=True):
        assert low <= value <= high
    assert SCHEDULERS.of(fitted, retention=0.9) is not SCHEDULERS.of(None, retention=0.9)


def test_without_an_example_the_usual_parameters_are_fitted() -> None:
    assert SCHEDULERS.fit([[(3, 0)]]) == pytest.approx(list(fsrs.Scheduler().parameters))
