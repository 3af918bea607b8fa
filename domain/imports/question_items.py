"""One question in a file of our own format: its fields by kind, and what its key says."""

from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any

from domain import text
from domain.answers import read_number
from domain.errors import InvalidInputError
from domain.import_findings import Findings
from domain.imports.json_items import Item
from domain.imports.json_lines import Lined
from domain.imports.question_drafts import (
    FULL,
    LONGEST_PROSE,
    MOST_ACCEPTED,
    MOST_OPTIONS,
    OptionDraft,
    QuestionDraft,
    around,
    faults,
)
from domain.questions import AcceptedNumber, AcceptedText, Difficulty, QuestionKind

_prose = partial(text.prose, field="it", longest=LONGEST_PROSE)
_CHOICES = (QuestionKind.SINGLE_CHOICE, QuestionKind.MULTIPLE_CHOICE)


class Grading(Enum):
    """How a multiple choice is graded."""

    PARTIAL = "PARTIAL"
    ALL_OR_NOTHING = "ALL_OR_NOTHING"


def question(item: Item, *, document: Lined, domains: set[str], findings: Findings) -> QuestionDraft | None:
    """Read one question of the exam type whose domains are given; None where its kind is not known."""
    kind = item.choice("kind", QuestionKind)
    if kind is None:
        if item.raw("kind") is None:
            item.refuse("kind is missing")
        return None
    before = len(findings.refused)
    draft = QuestionDraft(
        line=document.line(item.path),
        name=item.text("key", partial(text.line, field="key", longest=100)),
        domain=_domain(item, domains),
        kind=kind,
        difficulty=item.choice("difficulty", Difficulty, default=Difficulty.MEDIUM) or Difficulty.MEDIUM,
        prompt=item.text("prompt", _prose),
        explanation=item.text("explanation", _prose, default=""),
        options=_options(item) if kind in _CHOICES else [],
        all_or_nothing=kind is QuestionKind.MULTIPLE_CHOICE and _all_or_nothing(item),
        truth=_truth(item) if kind is QuestionKind.TRUE_FALSE else None,
        texts=_texts(item) if kind is QuestionKind.SHORT_TEXT else [],
        numbers=_numbers(item) if kind is QuestionKind.NUMERIC else [],
        feedback={},
    )
    lose_unread(item)
    if len(findings.refused) == before:  # what could not be read would be named a second time
        for fault in faults(draft):
            item.refuse(fault)
        if kind is QuestionKind.SINGLE_CHOICE and sum(option.correct for option in draft.options) > 1:
            item.refuse("A single choice has one right option.", "options")
    return draft


def lose_unread(item: Item) -> None:
    """Note the fields that the format does not have."""
    for field in item.unread():
        item.lose(f"{field[:40]} has no meaning here and is dropped", field)


def name_of(field: str, kind: str, value: Any, place: int) -> str:
    """Name an item of a list for the report: by its field, else by its place."""
    name = value.get(field) if isinstance(value, dict) else None
    return name if isinstance(name, str) and name else f"{kind} {place + 1}"


def _domain(item: Item, domains: set[str]) -> str:
    code = item.text("domain", str)
    if code and code not in domains:
        item.refuse(f"the exam type has no domain {code[:20]}", "domain")
    return code


def _options(item: Item) -> list[OptionDraft]:
    read = []
    for option in item.items(
        "options", MOST_OPTIONS, lambda _value, place: f"{item.name}, option {place + 1}"
    ):
        if not isinstance(option.raw("correct"), bool):
            option.refuse("correct must be true or false", "correct")
        read.append(
            OptionDraft(
                text=option.text("text", _prose),
                correct=option.raw("correct") is True,
                feedback=option.text("feedback", _prose, default=""),
            )
        )
        lose_unread(option)
    return read


def _all_or_nothing(item: Item) -> bool:
    return item.choice("grading", Grading, default=Grading.PARTIAL) is Grading.ALL_OR_NOTHING


def _truth(item: Item) -> bool | None:
    truth = item.raw("answer")
    if not isinstance(truth, bool):
        item.refuse("answer must be true or false", "answer")
        return None
    return truth


def _accepted(item: Item) -> list[Item]:
    return list(
        item.items("accepted", MOST_ACCEPTED, lambda _value, place: f"{item.name}, answer {place + 1}")
    )


def _texts(item: Item) -> list[AcceptedText]:
    read = []
    for accepted in _accepted(item):
        read.append(AcceptedText(text=accepted.text("text", _prose), weight=_weight(accepted)))
        lose_unread(accepted)
    return read


def _numbers(item: Item) -> list[AcceptedNumber]:
    read = []
    for accepted in _accepted(item):
        weight = _weight(accepted)
        if accepted.raw("value") is not None:
            value, tolerance = _number(accepted, "value"), _number(accepted, "tolerance", default="0")
            if tolerance < 0:
                accepted.refuse("tolerance must not be negative", "tolerance")
            read.append(around(value, abs(tolerance), weight))
        else:
            low, high = _number(accepted, "low"), _number(accepted, "high")
            read.append(AcceptedNumber(low=low, high=high, weight=weight))
        lose_unread(accepted)
    return read


def _number(item: Item, field: str, default: str | None = None) -> Decimal:
    """Read a number that stands as a text, or as an integer; a JSON fraction has lost digits already."""
    value = item.raw(field)
    value = default if value is None else str(value) if type(value) is int else value
    if not isinstance(value, str):
        item.refuse(f'{field} must be a text that holds a number, like "3.14"', field)
        return Decimal(0)
    try:
        return read_number(value, field=field)
    except InvalidInputError as error:
        item.refuse(error.message.rstrip("."), field)
        return Decimal(0)


def _weight(item: Item) -> int:
    weight = item.integer("weight", 0, FULL)
    return FULL if weight is None else weight
