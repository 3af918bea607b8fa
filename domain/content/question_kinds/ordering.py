"""Ordering: options are put in order, and each right neighbour earns its share."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

from domain.content.answers import AnswerField
from domain.content.credit import NOTHING
from domain.content.question_kinds import arranged_options
from domain.content.question_kinds.choices import MOST_OPTIONS
from domain.content.question_kinds.file_items import FileItem
from domain.content.question_kinds.key_drafts import KeyDraft
from domain.content.question_kinds.kind_rules import AskedQuestion, GradedKey, GradedQuestion, KindRules
from domain.errors import InvalidInputError
from domain.ids import OptionId
from domain.refusals import all_at_once

ORDER = AnswerField(
    name="order",
    wire=list[OptionId],
    sent="All options of the question in order, the first one first.",
    seen="The options in the order that the learner gave them.",
    at_most=MOST_OPTIONS,
    read=list,
)


def _check(question: AskedQuestion, order: list[OptionId]) -> list[OptionId]:
    """Return the order when it has each option once; raises InvalidInputErrors, all at once."""
    known = {option.id for option in question.options}
    chosen = set(order)
    with all_at_once() as each:
        with each:
            if len(order) > MOST_OPTIONS:
                raise InvalidInputError(f"order may have at most {MOST_OPTIONS} options.", field="order")
            if len(chosen) < len(order):
                raise InvalidInputError("order must not name an option twice.", field="order")
        with each:
            if not chosen <= known:
                raise InvalidInputError("order must consist of options of this question.", field="order")
        with each:
            missing = len(known - chosen)
            if missing:
                raise InvalidInputError(
                    f"order must name all {len(known)} options; {missing} of them are missing.", field="order"
                )
    return order


def _grade(_question: GradedQuestion, key: GradedKey, order: list[OptionId]) -> Fraction:
    """Return how many of the neighbours in the right order are neighbours in the answer, of all there are."""
    right = set(pairwise(part.option for part in key.parts))
    if not right:
        return NOTHING
    return Fraction(len(right & set(pairwise(order))), len(right))


def _read_item(item: FileItem) -> KeyDraft:
    return KeyDraft(options=arranged_options.read_options(item), ordered=True)


def _faults(key: KeyDraft) -> Iterator[str]:
    yield from arranged_options.faults(key.options)


def _demo_answer(question: AskedQuestion, item: Mapping[str, Any]) -> Any:
    by_text = {option.text: option.id for option in question.options}
    return [by_text[option["text"].strip()] for option in item["options"]]


RULES = KindRules(
    name="ORDERING",
    hint="By putting all options in order.",
    description="A question that is answered by putting its options in order. Each pair of neighbours that are "
    "neighbours in the right order, too, earns an equal share.",
    shows=("options",),
    answer_field=ORDER,
    check=_check,
    grade=_grade,
    read_item=_read_item,
    faults=_faults,
    demo_answer=_demo_answer,
)
