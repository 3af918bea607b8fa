"""Answer shares: from how many learners on they are shown, and that they are rounded once."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.assessment.answer_shares import FEWEST_OTHERS, AnswerCounts, shares_of
from domain.ids import QuestionId


def counts(learners: int, correct: int = 0, **choices: int) -> AnswerCounts:
    return AnswerCounts(
        question_id=QuestionId("question"), learners=learners, correct=correct, choices=choices
    )


@pytest.mark.parametrize("counted", [None, counts(0), counts(FEWEST_OTHERS - 1, correct=9)])
def test_shares_of_too_few_learners_are_not_shown(counted: AnswerCounts | None) -> None:
    assert shares_of(counted) is None


def test_choices_are_in_the_order_of_their_ids_which_says_nothing_of_the_key() -> None:
    shares = shares_of(counts(FEWEST_OTHERS, correct=4, option_b=4, option_a=6))

    assert shares is not None
    assert [(each.answer, each.percent) for each in shares.choices] == [
        ("option_a", 60.0),
        ("option_b", 40.0),
    ]


@given(numbers=st.integers(FEWEST_OTHERS, 500).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_each_share_is_rounded_half_up_from_the_exact_value(numbers: tuple[int, int]) -> None:
    learners, correct = numbers

    shares = shares_of(counts(learners, correct))

    exact = Decimal(100 * correct) / learners
    assert shares is not None
    assert Decimal(str(shares.correct_percent)) == exact.quantize(Decimal("0.1"), ROUND_HALF_UP)
