"""Answers in the schema: one field for each answer field of the question kinds, sent and shown."""

from typing import Any, Optional

import strawberry

from domain.content.question_kinds.table import ANSWER_FIELDS
from graph.directives import reads_learning
from graph.fields import attribute, given


def _shape(name: str, fields: dict[str, Any]) -> type[Any]:
    """Return a class with an optional attribute for each answer field."""
    hints = {field.name: Optional[field.wire] for field in ANSWER_FIELDS.values()}  # noqa: UP045 - a value
    return type(name, (), {"__annotations__": hints, **fields})


AnswerInput: Any = strawberry.input(
    _shape("AnswerInput", {name: given(field.sent) for name, field in ANSWER_FIELDS.items()}),
    description="An answer, in the one field that the question's kind takes.",
    one_of=True,
)
SlotAnswer: Any = strawberry.type(
    _shape(
        "SlotAnswer",
        {name: attribute(field.seen, at_most=field.at_most) for name, field in ANSWER_FIELDS.items()},
    ),
    description="A saved answer; only the field of the question's kind is set.",
    directives=[*reads_learning()],
)
