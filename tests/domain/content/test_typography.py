"""Typography: answers as phones and word processors write them are the same answers, on the key's side too."""

from decimal import Decimal

import pytest

from domain.content.answer_keys import AcceptedText
from domain.content.answers import Answer
from domain.content.grading import checked, grade
from domain.content.question_kinds.numeric import NUMBER
from domain.content.question_kinds.short_text import normal_text
from domain.content.question_kinds.table import QuestionKind
from domain.errors import InvalidInputError
from tests.builders.attempts import a_question

SAME = [
    ("don't", "don\u2019t"),
    ("don't", "don\u2018t"),
    ("don't", "don\u00b4t"),
    ("don't", "don`t"),
    ("don't", "don\u02bct"),
    ('say "hi"', "say \u201chi\u201d"),
    ('say "hi"', "say \u201ehi\u201c"),
    ('say "hi"', "say \u00abhi\u00bb"),
    ("well-known", "well\u2010known"),
    ("well-known", "well\u2011known"),
    ("1990-2000", "1990\u20132000"),
    ("a - b", "a \u2014 b"),
    ("-5", "\u22125"),
    ("Paris", "Par\u00adis"),
    ("Paris", "\u200bParis\ufeff"),
    ("Paris", "\u200ePar\u200dis"),
    ("New York", "New\u00a0York"),
    ("and so on...", "and so on\u2026"),
    ("--help", "\u2014help"),
    ("a--b", "a\u2014b"),
]


@pytest.mark.parametrize(("plain", "typed"), SAME, ids=ascii)
@pytest.mark.parametrize("is_swapped", [False, True])
def test_variants_of_one_character_are_one_answer(plain: str, typed: str, is_swapped: bool) -> None:
    key_text, given = (typed, plain) if is_swapped else (plain, typed)
    question, key = a_question(QuestionKind.SHORT_TEXT)
    key.texts[:] = [AcceptedText(text=key_text, weight=100)]

    answer = checked(question, Answer(text=given))

    assert grade(question, key, answer) == 1


@pytest.mark.parametrize(("one", "other"), [("wont", "won't"), ("a-b", "ab"), ("a-b", "a b"), ("5", "-5")])
def test_other_characters_stay_different(one: str, other: str) -> None:
    assert normal_text(one) != normal_text(other)


@pytest.mark.parametrize("minus", "-\u2212\u2013\u2010\ufe63\uff0d", ids=ascii)
def test_a_number_takes_any_minus(minus: str) -> None:
    assert NUMBER.read(f" {minus}1.5e{minus}3\u200b") == Decimal("-0.0015")


@pytest.mark.parametrize("sent", ["\u2212", "1\u2212", "\u2212\u22121", "\u200b", "1,5", "\u2018"], ids=ascii)
def test_what_is_no_number_is_refused(sent: str) -> None:
    with pytest.raises(InvalidInputError):
        NUMBER.read(sent)
