"""Forecasts of goals: the pace of 14 dates, and an interval."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.learning.goal_forecasts import PACE_DAYS, forecast
from domain.learning.goals import Gain, GoalKind, GoalState, Measure
from tests.builders.goals import a_goal

TODAY = date(2026, 3, 16)
GOAL_ID = a_goal().id


def xp_goal(target: int, gained: int = 0, state: GoalState = GoalState.ACTIVE, **values: Any) -> Measure:
    given = {"kind": GoalKind.XP_TARGET, "done_weight": 0, "required_weight": 0, "is_whole": False}
    return Measure(
        goal_id=GOAL_ID,
        state=state,
        target_xp=target,
        xp_gained=gained,
        target_mastery=None,
        right_answers=0,
        **(given | values),
    )


def gains(*amounts: int) -> list[Gain]:
    """What was gained on the latest dates, the last of them today."""
    return [
        Gain(goal_id=GOAL_ID, local_date=TODAY - timedelta(days=ago), amount=amount, today=TODAY)
        for ago, amount in zip(reversed(range(len(amounts))), amounts, strict=True)
    ]


def test_an_even_pace_has_one_date() -> None:
    found = forecast(xp_goal(1_000, gained=300), gains(*[50] * PACE_DAYS))

    assert found is not None
    assert found.pace_per_day == 50.0
    assert found.expected_on == found.earliest_on == found.latest_on == TODAY + timedelta(days=14)


def test_an_uneven_pace_has_an_interval_around_the_date() -> None:
    found = forecast(xp_goal(1_000), gains(*[0, 100] * 7))

    assert found is not None
    assert (found.pace_per_day, found.expected_on) == (50.0, TODAY + timedelta(days=20))
    assert found.latest_on is not None
    # s = 51.9, so the pace is between 50 - 1.28 * 51.9 / 3.74 = 32.2 and 67.8
    assert ((found.earliest_on - TODAY).days, (found.latest_on - TODAY).days) == (15, 32)


def test_a_pace_that_may_as_well_be_nothing_has_no_later_bound() -> None:
    found = forecast(xp_goal(1_000), gains(1, 1, 400))

    assert found is not None
    assert found.latest_on is None


def test_a_path_is_forecast_by_the_weight_of_its_nodes() -> None:
    path = xp_goal(0, kind=GoalKind.ROADMAP, done_weight=14, required_weight=28)

    found = forecast(path, gains(*[1] * PACE_DAYS))

    assert found is not None
    assert found.expected_on == TODAY + timedelta(days=14)


@pytest.mark.parametrize(
    ("measure", "gained"),
    [
        (xp_goal(1_000), gains(50, 50)),
        (xp_goal(1_000), []),
        (xp_goal(1_000, gained=1_000), gains(*[50] * 14)),
        (xp_goal(1_000, state=GoalState.DRAFT), gains(*[50] * 14)),
        (xp_goal(1_000, state=GoalState.COMPLETED), gains(*[50] * 14)),
        (xp_goal(10_000_000), gains(*[1] * 14)),
    ],
)
def test_what_cannot_be_said_is_left_out(measure: Measure, gained: list[Gain]) -> None:
    assert forecast(measure, gained) is None


@given(
    amounts=st.lists(st.integers(0, 1_000), min_size=PACE_DAYS, max_size=PACE_DAYS),
    target=st.integers(1, 100_000),
)
def test_the_date_lies_in_its_interval_and_after_today(amounts: list[int], target: int) -> None:
    found = forecast(xp_goal(target), gains(*amounts))

    if found is not None:
        assert TODAY < found.earliest_on <= found.expected_on
        assert found.latest_on is None or found.expected_on <= found.latest_on
