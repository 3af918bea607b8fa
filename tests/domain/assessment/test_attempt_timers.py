"""Timers of attempts: what they show, and when they show something else by themselves."""

from datetime import timedelta

import pytest

from domain.assessment.attempt_timers import next_look, timer_of
from domain.assessment.attempts import AttemptState, is_overdue
from tests.builders.attempts import NINE, an_attempt

MINUTE = timedelta(minutes=1)
DEADLINE = NINE + 10 * MINUTE


@pytest.mark.parametrize(
    ("after", "remaining"), [(timedelta(0), 10 * MINUTE), (9 * MINUTE, MINUTE), (11 * MINUTE, timedelta(0))]
)
def test_the_time_left_is_that_of_the_servers_clock_and_never_negative(
    after: timedelta, remaining: timedelta
) -> None:
    timer = timer_of(an_attempt(deadline=DEADLINE), NINE + after)

    assert (timer.remaining, timer.server_time, timer.is_over) == (remaining, NINE + after, False)


@pytest.mark.parametrize("state", [state for state in AttemptState if state is not AttemptState.IN_PROGRESS])
def test_the_timer_of_an_attempt_that_takes_no_answers_is_over(state: AttemptState) -> None:
    timer = timer_of(an_attempt(state=state), NINE)

    assert (timer.remaining, timer.is_over) == (None, True)


def test_without_a_deadline_there_is_no_time_left_to_show() -> None:
    timer = timer_of(an_attempt(deadline=None), NINE)

    assert timer.remaining is None
    assert next_look(timer, at_most=MINUTE) == MINUTE


@pytest.mark.parametrize("before", [timedelta(0), timedelta(seconds=1), MINUTE, 9 * MINUTE])
def test_the_next_look_is_never_later_than_the_deadline_and_never_later_than_asked(before: timedelta) -> None:
    timer = timer_of(an_attempt(deadline=DEADLINE), DEADLINE - before)

    look = next_look(timer, at_most=2 * MINUTE)

    assert look == min(before or timedelta(seconds=5, milliseconds=1), 2 * MINUTE)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=2), timedelta(seconds=5), MINUTE])
def test_a_look_after_the_deadline_finds_the_attempt_overdue(late: timedelta) -> None:
    attempt, now = an_attempt(deadline=DEADLINE), DEADLINE + late

    look = next_look(timer_of(attempt, now), at_most=2 * MINUTE)

    assert is_overdue(attempt, now + look)
