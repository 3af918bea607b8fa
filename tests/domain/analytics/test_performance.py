"""Performance: periods, averages, improvement and the best day."""

from datetime import date, timedelta
from fractions import Fraction
from math import lcm
from typing import Any

import pytest

from domain.analytics.learner_analytics import DayTotals
from domain.analytics.performance import Performance, Period, first_needed

TODAY = date(2026, 3, 10)


def totals(day: date, *scores: float | str, questions: int = 10, correct: int = 5) -> DayTotals:
    """The totals of a day with these scores in percent, decimals or fractions."""
    tenths = [10 * Fraction(str(score)) for score in scores]
    whole = lcm(*[score.denominator for score in tenths])
    return DayTotals(
        local_date=day,
        quizzes=len(scores),
        score_tenths=0,
        rest_numerator=int(sum(tenths) * whole),
        rest_denominator=whole,
        best_tenths=int(max(tenths) + Fraction(1, 2)),
        questions=questions,
        correct=correct,
        seconds=60,
    )


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def of(*days: DayTotals, period: Period = Period.D7) -> Performance:
    return Performance(totals=sorted(days, key=lambda d: d.local_date), period=period, today=TODAY)


@pytest.mark.parametrize(("period", "count"), [(Period.D7, 7), (Period.D30, 30), (Period.D90, 90)])
def test_every_day_of_the_period_is_listed(period: Period, count: int) -> None:
    found = of(totals(ago(0), 80), period=period)

    assert [day.local_date for day in found.days] == [ago(n) for n in reversed(range(count))]
    assert [day.quizzes_taken for day in found.days] == [0] * (count - 1) + [1]


def test_a_day_without_quizzes_has_zeros_and_no_average() -> None:
    found = of()

    assert {day.average_score for day in found.days} == {None}
    assert {(d.quizzes_taken, d.total_questions, d.correct_answers) for d in found.days} == {(0, 0, 0)}
    summary = found.summary
    assert summary.total_quizzes == 0
    assert [summary.average_score, summary.improvement, summary.best_day, summary.best_score] == [None] * 4


def test_the_average_is_over_quizzes_and_not_over_days() -> None:
    found = of(totals(ago(1), 100), totals(ago(0), 50, 60, 70))

    assert found.summary.total_quizzes == 4
    assert found.summary.average_score == 70.0
    assert found.days[-1].average_score == 60.0


@pytest.mark.parametrize(
    ("scores", "average"),
    [
        ((70.0, 70.1), 70.1),
        ((33.3, 33.3, 33.4), 33.3),
        ((0.0,), 0.0),
        ((0.1, 0.0), 0.1),
        (("800/9", 100), 94.4),  # 94.444; the mean of 88.9 and 100 would be told as 94.5
        (("200/3", "200/3", "100/3"), 55.6),
        (("200/3", "100/7"), 40.5),
    ],
)
def test_an_average_is_rounded_half_up_to_one_decimal(scores: Any, average: float) -> None:
    assert of(totals(ago(0), *scores)).summary.average_score == average


def test_the_improvement_is_against_the_equal_window_before() -> None:
    found = of(
        totals(ago(0), 80), totals(ago(6), 70), totals(ago(7), 60), totals(ago(13), 60.5), totals(ago(14), 0)
    )

    assert found.summary.average_score == 75.0
    assert found.summary.improvement == 14.8  # 75 - 60.25 = 14.75
    assert first_needed(Period.D7, TODAY) == ago(13)
    assert first_needed(Period.D7, TODAY, summary=False) == ago(6)


def test_a_decline_is_negative() -> None:
    assert of(totals(ago(0), 50), totals(ago(9), 80)).summary.improvement == -30.0


@pytest.mark.parametrize(
    "days", [[totals(ago(0), 80)], [totals(ago(9), 80)], [totals(ago(0), 80), totals(ago(20), 70)]]
)
def test_without_quizzes_in_either_window_there_is_no_improvement(days: list[DayTotals]) -> None:
    assert of(*days).summary.improvement is None


def test_the_best_day_has_the_highest_average_and_the_earliest_wins() -> None:
    found = of(totals(ago(3), 100, 60), totals(ago(2), 80), totals(ago(1), 79.9), totals(ago(5), 10))

    assert found.summary.best_day == ago(3)
    assert found.summary.best_score == 100.0


def test_the_best_day_is_found_by_exact_averages() -> None:
    found = of(totals(ago(3), 66.6, 66.6, 66.7), totals(ago(2), 66.6, 66.7, 66.7))
    by_rounded_scores = of(totals(ago(3), 66.7), totals(ago(2), "200/3"))
    of_equal_ones = of(totals(ago(3), "200/3"), totals(ago(2), "200/3", "200/3"))

    assert found.summary.best_day == ago(2)
    assert by_rounded_scores.summary.best_day == ago(3)
    assert of_equal_ones.summary.best_day == ago(3)


def test_days_outside_the_period_do_not_count() -> None:
    found = of(totals(ago(7), 100), totals(ago(0), 50))

    assert found.summary.total_quizzes == 1
    assert found.summary.best_score == 50.0


class TestAll:
    def test_all_begins_with_the_first_day_and_has_no_improvement(self) -> None:
        found = of(totals(ago(12), 50), totals(ago(2), 90), period=Period.ALL)

        assert len(found.days) == 13
        assert found.summary.improvement is None
        assert first_needed(Period.ALL, TODAY) is None

    def test_all_without_quizzes_lists_no_day(self) -> None:
        assert of(period=Period.ALL).days == []

    def test_all_lists_the_latest_366_days_and_sums_up_every_one(self) -> None:
        found = of(totals(ago(1000), 100), totals(ago(0), 50), period=Period.ALL)

        assert (len(found.days), found.days[0].local_date) == (366, ago(365))
        assert found.summary.total_quizzes == 2
        assert found.summary.best_day == ago(1000)
