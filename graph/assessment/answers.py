"""Answers in the schema: one field for each answer field of the question kinds, sent and shown."""

from typing import Any, Optional

import strawberry

from domain.content.answers import FilledBlank, Pair
from domain.content.question_kinds.table import ANSWER_FIELDS
from domain.ids import OptionId
from graph.directives import reads_learning
from graph.fields import attribute, given


@strawberry.input(description="The option that is given to a prompt of a matching.")
class PairInput:
    """A pair."""

    prompt: int = given("The number of the prompt.", required=True)
    option: OptionId = given("The option; several prompts may have the same.", required=True)


@strawberry.input(
    description="What fills a blank of a cloze: `option` where the blank has options, else `text`."
)
class FilledBlankInput:
    """A filled blank."""

    number: int = given("The number of the blank.", required=True)
    text: str | None = given("A few words, or a number in decimal, at most 500 characters.")
    option: OptionId | None = given("One of the options of the blank.")


@strawberry.type(
    description="A prompt of a matching with the option that was given to it, or belongs to it.",
    directives=[*reads_learning()],
)
class MatchedPair:
    """A pair."""

    prompt: int = attribute("The number of the prompt.")
    option: OptionId = attribute("The id of the option.")


@strawberry.type(description="What fills a blank of a cloze.", directives=[*reads_learning()])
class BlankAnswer:
    """A filled blank."""

    number: int = attribute("The number of the blank.")
    text: str | None = attribute("What was typed; null where an option was chosen.")
    option: OptionId | None = attribute("The id of the chosen option; null where a text was typed.")


_SENT: dict[Any, Any] = {list[Pair]: list[PairInput], list[FilledBlank]: list[FilledBlankInput]}
_SEEN: dict[Any, Any] = {list[Pair]: list[MatchedPair], list[FilledBlank]: list[BlankAnswer]}
"""The types in the schema of values that have parts, as they are sent and as they are seen."""


def _shape(name: str, fields: dict[str, Any], types: dict[Any, Any]) -> type[Any]:
    """Return a class with an optional attribute for each answer field."""
    hints = {
        field.name: Optional[types.get(field.wire, field.wire)]  # noqa: UP045 - a value
        for field in ANSWER_FIELDS.values()
    }
    return type(name, (), {"__annotations__": hints, **fields})


AnswerInput: Any = strawberry.input(
    _shape("AnswerInput", {name: given(field.sent) for name, field in ANSWER_FIELDS.items()}, _SENT),
    description="An answer, in the one field that the question's kind takes.",
    one_of=True,
)
SlotAnswer: Any = strawberry.type(
    _shape(
        "SlotAnswer",
        {
            name: attribute(field.seen, at_most=field.at_most, usual=2 if field.wire in _SEEN else None)
            for name, field in ANSWER_FIELDS.items()
        },
        _SEEN,
    ),
    description="A saved answer; only the field of the question's kind is set.",
    directives=[*reads_learning()],
)
