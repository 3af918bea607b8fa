"""What answers of several parts earn: matching, ordering and cloze, exactly."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.content.answer_keys import AcceptedText, AnswerKey, PartKey
from domain.content.answers import Answer, Blank, BlankKind, FilledBlank, MatchingPrompt, Option, Pair
from domain.content.grading import grade
from domain.content.question_kinds.numeric import around
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Question
from domain.ids import OptionId
from tests.builders.quizzes import a_key, a_question

OPTIONS = [Option(id=OptionId(f"option_{n}"), text=str(n)) for n in range(6)]
PLACES = st.permutations(range(5))


def an_ordering(*order: int) -> tuple[Question, AnswerKey]:
    question = a_question(QuestionKind.ORDERING, options=[OPTIONS[n] for n in sorted(order)])
    return question, a_key(question, parts=[PartKey(option=OPTIONS[n].id) for n in order])


def ordered(*places: int) -> Answer:
    return Answer(order=[OPTIONS[n].id for n in places])


def a_matching(*right: int) -> tuple[Question, AnswerKey]:
    prompts = [MatchingPrompt(number=n, text=f"prompt {n}") for n in range(1, len(right) + 1)]
    question = a_question(QuestionKind.MATCHING, options=OPTIONS, prompts=prompts)
    return question, a_key(question, parts=[PartKey(option=OPTIONS[n].id) for n in right])


def matched(*places: int) -> Answer:
    return Answer(pairs=[Pair(prompt=n, option=OPTIONS[p].id) for n, p in enumerate(places, start=1)])


def a_cloze() -> tuple[Question, AnswerKey]:
    blanks = [
        Blank(number=1, takes=BlankKind.TEXT),
        Blank(number=2, takes=BlankKind.NUMBER),
        Blank(number=3, takes=BlankKind.OPTION, options=OPTIONS),
    ]
    half = AcceptedText(text="Lutetia", weight=50)
    parts = [
        PartKey(texts=[AcceptedText(text="Paris \N{EN DASH} 1er", weight=100), half]),
        PartKey(numbers=[around(Decimal("3.14"), Decimal("0.01"), 100)]),
        PartKey(option=OPTIONS[4].id),
    ]
    question = a_question(QuestionKind.CLOZE, blanks=blanks)
    return question, a_key(question, parts=parts)


def filled(**values: str) -> Answer:
    """Blanks by name: `one` and `two` are typed, `three` is an option."""
    numbers = {"one": 1, "two": 2, "three": 3}
    return Answer(
        blanks=[
            FilledBlank(number=3, option=OptionId(value))
            if name == "three"
            else FilledBlank(number=numbers[name], text=value)
            for name, value in values.items()
        ]
    )


@pytest.mark.parametrize(
    ("given_", "earned"),
    [
        ((0, 1, 2, 3), Fraction(1)),
        ((1, 2, 3, 0), Fraction(2, 3)),
        ((2, 3, 0, 1), Fraction(2, 3)),
        ((0, 1, 3, 2), Fraction(1, 3)),
        ((3, 2, 1, 0), Fraction(0)),
    ],
)
def test_an_ordering_earns_its_right_neighbours(given_: tuple[int, ...], earned: Fraction) -> None:
    assert grade(*an_ordering(0, 1, 2, 3), ordered(*given_)) == earned


@given(right=PLACES, answer=PLACES)
def test_only_the_right_order_earns_everything(right: list[int], answer: list[int]) -> None:
    earned = grade(*an_ordering(*right), ordered(*answer))

    assert 0 <= earned <= 1
    assert (earned == 1) == (right == answer)
    assert (earned * 4).denominator == 1


@given(right=st.lists(st.integers(0, 5), min_size=2, max_size=6), data=st.data())
def test_a_matching_earns_right_pairs_of_all_pairs(right: list[int], data: st.DataObject) -> None:
    answer = data.draw(st.lists(st.integers(0, 5), min_size=len(right), max_size=len(right)))

    hits = sum(a == b for a, b in zip(right, answer, strict=True))

    assert grade(*a_matching(*right), matched(*answer)) == Fraction(hits, len(right))


def test_a_pair_that_is_named_twice_counts_once() -> None:
    twice = Answer(pairs=[Pair(prompt=1, option=OPTIONS[0].id)] * 2)

    assert grade(*a_matching(0, 1), twice) == Fraction(1, 2)


@pytest.mark.parametrize(
    ("values", "earned"),
    [
        ({"one": " paris - 1ER ", "two": "3.15", "three": "option_4"}, Fraction(1)),
        ({"one": "lutetia", "two": "3.13", "three": "option_4"}, Fraction(5, 6)),
        ({"one": "lutetia", "two": "3.16"}, Fraction(1, 6)),
        ({"two": "\N{MINUS SIGN}3.14", "three": "option_3"}, Fraction(0)),
        ({"three": "option_4"}, Fraction(1, 3)),
        ({"two": "three"}, Fraction(0)),
    ],
)
def test_a_cloze_earns_the_mean_of_its_blanks(values: dict[str, str], earned: Fraction) -> None:
    assert grade(*a_cloze(), filled(**values)) == earned


@pytest.mark.parametrize("asked", [an_ordering(0, 1), a_matching(0, 1), a_cloze()])
def test_no_answer_and_an_answer_of_another_kind_earn_nothing(asked: tuple[Question, AnswerKey]) -> None:
    assert grade(*asked, Answer()) == 0
    assert grade(*asked, Answer(text="0")) == 0
