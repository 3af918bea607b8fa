"""Which answers fit which questions."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.content.answers import Answer
from domain.content.decimals import read_number
from domain.content.grading import checked
from domain.content.question_kinds.table import QuestionKind
from domain.errors import InvalidInputError
from tests.builders.quizzes import a_question

SINGLE = a_question(QuestionKind.SINGLE_CHOICE)
MULTIPLE = a_question(QuestionKind.MULTIPLE_CHOICE)
NUMERIC = a_question(QuestionKind.NUMERIC)
TEXT = a_question(QuestionKind.SHORT_TEXT)
TRUTH = a_question(QuestionKind.TRUE_FALSE)
IDS = [option.id for option in MULTIPLE.options]


def refused_field(question: Any, **answer: Any) -> str | None:
    with pytest.raises(InvalidInputError) as refusal:
        checked(question, Answer(**answer))
    return refusal.value.field


def test_options_come_back_sorted() -> None:
    assert checked(MULTIPLE, Answer(options=[IDS[2], IDS[0]])).options == sorted([IDS[0], IDS[2]])


def test_a_text_comes_back_trimmed() -> None:
    assert checked(TEXT, Answer(text="  cafe\u0301 ")).text == "caf\u00e9"


def test_false_is_an_answer() -> None:
    assert checked(TRUTH, Answer(truth=False)) == Answer(truth=False)


@pytest.mark.parametrize(
    ("question", "answer", "field"),
    [
        (SINGLE, {}, "options"),
        (SINGLE, {"options": []}, "options"),
        (SINGLE, {"options": [SINGLE.options[0].id, SINGLE.options[1].id]}, "options"),
        (SINGLE, {"options": [IDS[0]]}, "options"),
        (SINGLE, {"options": [SINGLE.options[0].id], "text": "and this"}, "text"),
        (SINGLE, {"truth": True}, "truth"),
        (MULTIPLE, {"options": [IDS[0], IDS[0]]}, "options"),
        (MULTIPLE, {"options": [*IDS, "option_unknown"]}, "options"),
        (MULTIPLE, {"options": ["option_unknown"] * 100_000}, "options"),
        (TRUTH, {}, "truth"),
        (TRUTH, {"truth": True, "number": Decimal(1)}, "number"),
        (TEXT, {"text": ""}, "text"),
        (TEXT, {"text": "   "}, "text"),
        (TEXT, {"text": "x" * 1_000_000}, "text"),
        (TEXT, {"text": "nul\0"}, "text"),
        (NUMERIC, {"number": Decimal("NaN")}, "number"),
        (NUMERIC, {"number": Decimal("sNaN")}, "number"),
        (NUMERIC, {"number": Decimal("-Infinity")}, "number"),
        (NUMERIC, {"number": Decimal("1e99999999")}, "number"),
        (NUMERIC, {"number": Decimal("1" * 51)}, "number"),
        (NUMERIC, {"text": "1"}, "text"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(question: Any, answer: Any, field: str) -> None:
    assert refused_field(question, **answer) == field


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_numbers_are_read_exactly(number: Decimal) -> None:
    assert read_number(str(number), field="number") == number


@pytest.mark.parametrize(
    "written", ["", "-", ".", "1,5", "1_000", " 1", "NaN", "Infinity", "0x1f", "1e", "٣", "1" * 500]
)
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(InvalidInputError):
        read_number(written, field="number")
