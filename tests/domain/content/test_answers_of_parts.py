"""Which answers fit questions of several parts: matching, ordering and cloze."""

from typing import Any

import pytest

from domain.content.answers import Answer, FilledBlank, Pair
from domain.content.grading import checked
from domain.content.question_kinds.table import QuestionKind
from domain.errors import DomainError
from domain.ids import OptionId
from domain.refusals import RefusalsError
from tests.builders.quizzes import a_question

MATCHING = a_question(QuestionKind.MATCHING)
ORDERING = a_question(QuestionKind.ORDERING)
CLOZE = a_question(QuestionKind.CLOZE)
FOREIGN = OptionId("option_unknown")
RIGHT = [option.id for option in MATCHING.options]
ORDER = [option.id for option in ORDERING.options]
FILLER = CLOZE.blanks[2].options[0].id


def pairs(*options: str, first: int = 1) -> dict[str, Any]:
    return {"pairs": [Pair(prompt=n, option=OptionId(o)) for n, o in enumerate(options, start=first)]}


def blanks(*filled: tuple[int, str | None, str | None]) -> dict[str, Any]:
    return {
        "blanks": [
            FilledBlank(number=n, text=text, option=option and OptionId(option)) for n, text, option in filled
        ]  # type: ignore[misc]
    }


def refusals(question: Any, answer: dict[str, Any]) -> list[str]:
    with pytest.raises(DomainError) as refusal:
        checked(question, Answer(**answer))
    raised = refusal.value
    each = raised.refusals if isinstance(raised, RefusalsError) else [raised]
    assert {refused.field for refused in each} <= set(answer)
    return [refused.message for refused in each]


def test_pairs_come_back_by_prompt_and_may_share_an_option() -> None:
    given = [Pair(prompt=n, option=RIGHT[0]) for n in (3, 1, 2)]

    assert checked(MATCHING, Answer(pairs=given)).pairs == sorted(given, key=lambda pair: pair.prompt)


def test_an_order_comes_back_as_it_was_given() -> None:
    assert checked(ORDERING, Answer(order=ORDER[::-1])).order == ORDER[::-1]


def test_blanks_come_back_by_number_and_trimmed_and_may_be_left_out() -> None:
    given = Answer(**blanks((2, " 4.0 ", None), (1, " a ", None)))

    assert checked(CLOZE, given) == Answer(**blanks((1, "a", None), (2, "4.0", None)))


@pytest.mark.parametrize(
    ("answer", "messages"),
    [
        (pairs(RIGHT[0], RIGHT[1]), ["pairs must have an option for every prompt; missing: 3."]),
        (pairs(), ["pairs must have an option for every prompt; missing: 1, 2 and 3."]),
        (
            pairs(RIGHT[0], FOREIGN, RIGHT[0], first=2),
            [
                "pairs must name prompts of this question.",
                "pairs must have an option for every prompt; missing: 1.",
                "pairs must name options of this question.",
            ],
        ),
        (
            {"pairs": [*pairs(*RIGHT[:3])["pairs"], Pair(prompt=1, option=RIGHT[1])]},
            ["pairs must not name a prompt twice."],
        ),
    ],
)
def test_what_does_not_fit_a_matching_is_refused_together(answer: Any, messages: list[str]) -> None:
    assert refusals(MATCHING, answer) == messages


@pytest.mark.parametrize(
    ("order", "messages"),
    [
        ([], ["order must name all 4 options; 4 of them are missing."]),
        (ORDER[:3], ["order must name all 4 options; 1 of them are missing."]),
        ([*ORDER, ORDER[0]], ["order must not name an option twice."]),
        ([FOREIGN] * 100_000, 3),
        ([*ORDER, FOREIGN], ["order must consist of options of this question."]),
    ],
)
def test_what_does_not_fit_an_ordering_is_refused_together(order: Any, messages: Any) -> None:
    found = refusals(ORDERING, {"order": order})

    assert found == messages or len(found) == messages


@pytest.mark.parametrize(
    ("answer", "messages"),
    [
        (blanks(), ["blanks must fill 1 to 20 blanks."]),
        (blanks((4, "a", None)), ["blanks must be blanks of this question."]),
        (blanks((1, "a", None), (1, "b", None)), ["blanks must not fill a blank twice."]),
        (
            blanks((1, None, FILLER), (2, "four", None), (3, None, FOREIGN)),
            [
                "Blank 1 takes a text, and no option.",
                "Blank 2 takes a decimal number like -3.14.",
                "Blank 3 has no such option.",
            ],
        ),
        (
            blanks((1, None, None), (2, "NaN", None), (3, "a", None)),
            [
                "Blank 1 takes a text, and no option.",
                "Blank 2 takes a decimal number like -3.14.",
                "Blank 3 takes an option, and no text.",
            ],
        ),
        (blanks((1, "x" * 100_000, None), (2, "1e400", None)), 2),
        (blanks((3, "a", FILLER)), ["Blank 3 takes an option, and no text."]),
        (blanks((1, "nul\0", None)), 1),
    ],
)
def test_what_does_not_fit_a_cloze_is_refused_together(answer: Any, messages: Any) -> None:
    found = refusals(CLOZE, answer)

    assert found == messages or len(found) == messages
