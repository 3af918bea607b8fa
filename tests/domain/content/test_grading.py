"""What an answer earns, exactly."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.content.answer_keys import AcceptedNumber, AcceptedText, AnswerKey
from domain.content.answers import Answer, Option
from domain.content.grading import grade
from domain.content.question_kinds.numeric import around
from domain.content.question_kinds.short_text import normal_text
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Question
from domain.ids import OptionId
from tests.builders.quizzes import a_key, a_question

OPTIONS = [Option(id=OptionId(f"option_{n}"), text=str(n)) for n in range(6)]
NUMBERS = st.decimals(min_value=-1000, max_value=1000, places=3)


def a_choice(kind: QuestionKind, right: set[int], **values: bool) -> tuple[Question, AnswerKey]:
    question = a_question(kind, options=OPTIONS, **values)
    return question, a_key(question, correct_options=frozenset(OPTIONS[n].id for n in right))


def chosen(*numbers: int) -> Answer:
    return Answer(options=[OPTIONS[n].id for n in numbers])


def of_texts(**weights: int) -> tuple[Question, AnswerKey]:
    question = a_question(QuestionKind.SHORT_TEXT)
    return question, a_key(question, texts=[AcceptedText(text=t, weight=w) for t, w in weights.items()])


def of_numbers(*numbers: AcceptedNumber) -> tuple[Question, AnswerKey]:
    question = a_question(QuestionKind.NUMERIC)
    return question, a_key(question, numbers=list(numbers))


def test_a_single_choice_earns_all_or_nothing() -> None:
    asked = a_choice(QuestionKind.SINGLE_CHOICE, {2})

    assert grade(*asked, chosen(2)) == 1
    assert grade(*asked, chosen(1)) == 0
    assert grade(*asked, chosen(1, 2)) == 0
    assert grade(*asked, Answer()) == 0


@pytest.mark.parametrize(
    ("given_", "earned"),
    [
        ((0, 1, 2), Fraction(1)),
        ((0, 1), Fraction(2, 3)),
        ((0,), Fraction(1, 3)),
        ((0, 1, 3), Fraction(1, 3)),
        ((0, 1, 2, 3), Fraction(2, 3)),
        ((0, 3), Fraction(0)),
        ((3, 4, 5), Fraction(0)),
        ((), Fraction(0)),
    ],
)
def test_a_multiple_choice_earns_hits_less_wrong_ones(given_: tuple[int, ...], earned: Fraction) -> None:
    assert grade(*a_choice(QuestionKind.MULTIPLE_CHOICE, {0, 1, 2}), chosen(*given_)) == earned


def test_a_multiple_choice_may_be_all_or_nothing() -> None:
    asked = a_choice(QuestionKind.MULTIPLE_CHOICE, {0, 1}, all_or_nothing=True)

    assert grade(*asked, chosen(1, 0)) == 1
    assert grade(*asked, chosen(0)) == 0
    assert grade(*asked, chosen(0, 1, 2)) == 0


@given(right=st.sets(st.integers(0, 5), min_size=1), picks=st.sets(st.integers(0, 5)), strict=st.booleans())
def test_a_multiple_choice_is_full_for_the_key_alone_and_never_out_of_bounds(
    right: set[int], picks: set[int], strict: bool
) -> None:
    earned = grade(*a_choice(QuestionKind.MULTIPLE_CHOICE, right, all_or_nothing=strict), chosen(*picks))

    assert 0 <= earned <= 1
    assert (earned == 1) == (picks == right)
    if not strict:
        assert earned == max(Fraction(0), Fraction(len(picks & right) - len(picks - right), len(right)))


@given(
    right=st.sets(st.integers(0, 5), min_size=1), picks=st.sets(st.integers(0, 5)), wrong=st.integers(0, 5)
)
def test_one_more_wrong_option_never_earns_more(right: set[int], picks: set[int], wrong: int) -> None:
    asked = a_choice(QuestionKind.MULTIPLE_CHOICE, right)
    more = picks | {wrong} if wrong not in right else picks

    assert grade(*asked, chosen(*more)) <= grade(*asked, chosen(*picks))


def test_true_and_false_differ_from_no_answer() -> None:
    question = a_question(QuestionKind.TRUE_FALSE)
    key = a_key(question, truth=False)

    assert grade(question, key, Answer(truth=False)) == 1
    assert grade(question, key, Answer(truth=True)) == 0
    assert grade(question, key, Answer()) == 0


@pytest.mark.parametrize("typed", ["straße", " STRASSE ", "Stra\u00dfe", "\uff33trasse", "\tstrasse\n"])
def test_a_text_matches_whatever_its_case_width_and_spaces(typed: str) -> None:
    assert grade(*of_texts(Straße=100), Answer(text=typed)) == 1


def test_a_text_earns_its_weight() -> None:
    asked = of_texts(Nazareth=100, Nazereth=75, Bethlehem=0)

    assert grade(*asked, Answer(text="nazereth")) == Fraction(3, 4)
    assert grade(*asked, Answer(text="bethlehem")) == 0
    assert grade(*asked, Answer(text="naz areth")) == 0


@given(st.text(max_size=40))
def test_a_normal_text_is_its_own_normal_text(text: str) -> None:
    assert normal_text(normal_text(text)) == normal_text(text)


@given(st.text(min_size=1, max_size=40).filter(lambda text: normal_text(text) != ""), st.integers(1, 5))
def test_spaces_around_and_inside_never_matter(text: str, spaces: int) -> None:
    padded = " " * spaces + (" " * spaces).join(text.split(" ")) + "\t"

    assert normal_text(padded) == normal_text(text)


def test_the_best_range_that_contains_a_number_counts() -> None:
    wide = AcceptedNumber(low=Decimal(1820), high=Decimal(1824), weight=50)
    exact = AcceptedNumber(low=Decimal(1822), high=Decimal(1822), weight=100)

    assert grade(*of_numbers(wide, exact), Answer(number=Decimal("1822.0"))) == 1
    assert grade(*of_numbers(exact, wide), Answer(number=Decimal(1824))) == Fraction(1, 2)
    assert grade(*of_numbers(exact, wide), Answer(number=Decimal("1824.0001"))) == 0
    assert grade(*of_numbers(exact, wide), Answer(number=Decimal("NaN"))) == 0


@given(value=NUMBERS, tolerance=NUMBERS.map(abs), answer=NUMBERS)
def test_a_tolerance_is_exact_at_both_ends(value: Decimal, tolerance: Decimal, answer: Decimal) -> None:
    asked = of_numbers(around(value, tolerance, 100))

    within = abs(Fraction(answer) - Fraction(value)) <= Fraction(tolerance)

    assert grade(*asked, Answer(number=answer)) == int(within)
    assert grade(*asked, Answer(number=value + tolerance)) == 1
    assert grade(*asked, Answer(number=value - tolerance)) == 1


def test_a_tolerance_is_exact_where_digits_are_far_apart() -> None:
    asked = of_numbers(around(Decimal("1e40"), Decimal("1e-10"), 100))

    assert grade(*asked, Answer(number=Decimal("1" + "0" * 40 + ".0000000001"))) == 1
    assert grade(*asked, Answer(number=Decimal("1" + "0" * 40 + ".0000000002"))) == 0
