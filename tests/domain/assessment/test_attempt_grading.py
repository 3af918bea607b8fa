"""Scores: computed exactly, shown with one decimal, rounded half up."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.assessment import attempt_grading
from domain.assessment.grading_inputs import AnsweredSlot
from domain.content.answers import Answer
from domain.content.question_kinds.table import QuestionKind
from tests.builders.attempts import a_graded_slot, a_grading, a_question, right_answer


@pytest.mark.parametrize(
    ("score", "shown"),
    [
        ("1/3", "33.3"), ("2/3", "66.7"), ("1/8", "12.5"), ("1/16", "6.3"), ("0", "0.0"), ("1", "100.0"),
        ("9995/10000", "100.0"), ("9994/10000", "99.9"), ("1/2000", "0.1"), ("1/2001", "0.0"),
    ],
)  # fmt: skip
def test_a_score_is_shown_with_one_decimal_half_up(score: str, shown: str) -> None:
    assert attempt_grading.percent(Fraction(score)) == Decimal(shown)


@given(st.fractions(0, 1))
def test_the_shown_score_is_never_further_than_half_a_tenth(score: Fraction) -> None:
    shown = attempt_grading.percent(score)

    assert abs(Fraction(shown) - score * 100) <= Fraction(1, 20)


def test_the_score_is_the_mean_of_exact_credits() -> None:
    grading = a_grading("1/3", "1/3", "1/3")

    assert grading.score == Fraction(1, 3)


@given(st.lists(st.fractions(0, 1, max_denominator=100), min_size=1, max_size=60))
def test_the_score_is_the_mean_of_any_credits(credits: list[Fraction]) -> None:
    assert a_grading(*credits).score == sum(credits) / len(credits)


def test_passing_is_judged_by_the_exact_score() -> None:
    assert not attempt_grading.reaches(Fraction(6_999_999, 10_000_000), 70)
    assert attempt_grading.reaches(Fraction(7, 10), 70)


def test_slots_are_graded_with_their_own_question_and_key() -> None:
    (first, first_key), (second, second_key) = a_question(), a_question(QuestionKind.SHORT_TEXT)
    slots = [
        AnsweredSlot(number=1, question=first, key=first_key, answer=Answer(truth=False), fast=False),
        AnsweredSlot(number=2, question=second, key=second_key, answer=right_answer(second_key), fast=True),
    ]

    grading = attempt_grading.graded(slots)

    assert [slot.credit for slot in grading.slots] == [0, 1]
    assert (grading.correct, grading.answered, grading.fast) == (1, 2, 1)


def test_an_unanswered_slot_has_no_credit_and_counts_in_the_score() -> None:
    question, key = a_question()
    empty = AnsweredSlot(number=1, question=question, key=key, answer=None, fast=False)

    grading = attempt_grading.graded([empty])

    assert (grading.score, grading.answered) == (0, 0)


def test_domains_count_answers_and_the_right_ones() -> None:
    right, wrong, empty = a_graded_slot(1), a_graded_slot("1/2"), a_graded_slot(0, answered=False)

    counts = attempt_grading.by_domain([right, wrong, empty])

    assert [(count.attempts, count.correct) for count in counts] == [(1, 1), (1, 0)]
