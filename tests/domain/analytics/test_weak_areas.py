"""Weaknesses: thresholds, order, interval and sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.analytics.learner_analytics import DomainTotals
from domain.analytics.weak_areas import domain_performance, is_weak, weak_areas, wilson
from domain.ids import ExamDomainId


def totals(code: str, correct: int, attempts: int, exam: str = "Security+") -> DomainTotals:
    return DomainTotals(
        domain_id=ExamDomainId(f"{exam} {code}"),
        exam_type_name=exam,
        domain_code=code,
        attempts=attempts,
        correct=correct,
    )


@pytest.mark.parametrize(
    ("correct", "attempts", "weak"),
    [
        (6, 10, True),
        (7, 10, False),  # exactly 70 %
        (0, 9, False),  # too few answers
        (0, 10, True),
        (699, 1000, True),
        (700, 1000, False),
        (69_999_999, 100_000_000, True),
        (14, 20, False),
        (13, 19, True),
    ],
)
def test_weak_is_ten_answers_and_strictly_under_seventy_percent(
    correct: int, attempts: int, weak: bool
) -> None:
    assert is_weak(attempts, correct) is weak


def test_the_worst_comes_first_then_the_more_attempts_then_the_code() -> None:
    found = weak_areas(
        [
            totals("2.10", 5, 10),
            totals("2.3", 5, 10),
            totals("9", 6, 10),
            totals("4", 10, 20),
            totals("1", 4, 10),
            totals("5", 9, 10),
        ]
    )

    assert [area.domain_id.split()[1] for area in found] == ["1", "4", "2.3", "2.10", "9"]


@pytest.mark.parametrize(
    ("correct", "attempts", "sentence"),
    [
        (46, 100, "Review Security+ domain 2.3 (46 % accuracy)."),
        (5, 12, "Review Security+ domain 2.3 (42 % accuracy)."),
        (697, 1000, "Review Security+ domain 2.3 (69 % accuracy)."),  # never "70 %", which is not weak
        (0, 10, "Review Security+ domain 2.3 (0 % accuracy)."),
    ],
)
def test_the_recommendation_has_the_numbers_in_it(correct: int, attempts: int, sentence: str) -> None:
    (area,) = weak_areas([totals("2.3", correct, attempts)])

    assert area.recommendation == sentence


@pytest.mark.parametrize(
    ("correct", "attempts", "low", "high"),
    [(5, 10, 23.7, 76.3), (0, 10, 0.0, 27.8), (46, 100, 36.6, 55.7), (10, 10, 72.2, 100.0)],
)
def test_the_interval_is_wilsons(correct: int, attempts: int, low: float, high: float) -> None:
    found = wilson(attempts, correct)

    assert (found.low, found.high) == (low, high)


@given(data=st.data(), attempts=st.integers(1, 1_000_000))
def test_the_interval_contains_the_share_and_stays_in_bounds(data: st.DataObject, attempts: int) -> None:
    correct = data.draw(st.integers(0, attempts))

    found = wilson(attempts, correct)

    assert 0 <= found.low <= found.high <= 100
    assert found.low - 0.1 <= 100 * correct / attempts <= found.high + 0.1


def test_domains_come_by_exam_type_and_code_with_accuracy_in_percent() -> None:
    found = domain_performance([totals("2.10", 1, 3), totals("2.9", 2, 3), totals("1", 1, 1, "A+")])

    assert [(d.domain_id, d.accuracy) for d in found] == [
        ("A+ 1", 100.0),
        ("Security+ 2.9", 66.7),
        ("Security+ 2.10", 33.3),
    ]
