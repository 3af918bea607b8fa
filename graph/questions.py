"""Questions: what a learner sees of them before the attempt is closed. No type here knows of a key."""

from typing import Any

import strawberry

from domain.ids import OptionId, QuestionId
from domain.imports.question_drafts import MOST_OPTIONS
from domain.questions import Difficulty, QuestionKind
from graph.described import declare_enum
from graph.directives import public
from graph.exam_types import ExamDomain, ExamType
from graph.fields import attribute, loaded_by
from resolvers import loaders

declare_enum(
    QuestionKind,
    "How a question is answered.",
    SINGLE_CHOICE="One option is to be chosen.",
    MULTIPLE_CHOICE="All right options are to be chosen.",
    TRUE_FALSE="The statement is true or false.",
    SHORT_TEXT="A few words; case and spaces do not matter.",
    NUMERIC="A number.",
)
declare_enum(
    Difficulty,
    "How hard the author thinks a question is; a right answer earns more XP the harder it is.",
    EASY="10 XP.",
    MEDIUM="12 XP.",
    HARD="15 XP.",
)


@strawberry.type(description="One of the answers to choose from.", directives=[public()])
class Option:
    """An option."""

    id: OptionId = attribute("The option's id, `option_...`, which says nothing about whether it is right.")
    text: str = attribute("What the option says.")


@strawberry.interface(
    description="A question as it is asked. What is right, and why, is told by the slots of an attempt once it "
    "is closed.",
    directives=[public()],
)
class Question:
    """What every question has."""

    id: QuestionId = attribute("The question's id, `question_...`.")
    kind: QuestionKind = attribute("How it is answered.")
    prompt: str = attribute("What is asked; plain text that may hold several lines.")
    difficulty: Difficulty = attribute("How hard the author thinks it is.")
    domain: ExamDomain | None = loaded_by(
        loaders.exam_domains_by_id, key="domain_id", description="The domain that it belongs to."
    )
    exam_type: ExamType | None = loaded_by(
        loaders.exam_types_by_id, key="exam_type_id", description="The exam type that it belongs to."
    )


def _is(kind: QuestionKind) -> Any:
    """Declare the schema's type of one kind: the same domain class stands behind all of them."""

    def declare(cls: type[Any]) -> type[Any]:
        cls.__strawberry_definition__.is_type_of = lambda value, _info: value.kind is kind
        return cls

    return declare


@_is(QuestionKind.SINGLE_CHOICE)
@strawberry.type(description="A question with one option to choose.", directives=[public()])
class SingleChoice(Question):
    """One of several."""

    options: list[Option] = attribute(
        "The options, in an order that says nothing.", at_most=MOST_OPTIONS, usual=5
    )


@_is(QuestionKind.MULTIPLE_CHOICE)
@strawberry.type(description="A question with all right options to choose.", directives=[public()])
class MultipleChoice(Question):
    """Some of several."""

    options: list[Option] = attribute(
        "The options, in an order that says nothing.", at_most=MOST_OPTIONS, usual=5
    )
    all_or_nothing: bool = attribute(
        "Whether only the exact choice earns anything; else each right option earns its share, and each wrong "
        "one takes a share off, down to 0."
    )


@_is(QuestionKind.TRUE_FALSE)
@strawberry.type(description="A statement that is true or false.", directives=[public()])
class TrueFalse(Question):
    """True or false."""


@_is(QuestionKind.SHORT_TEXT)
@strawberry.type(description="A question that is answered with a few words.", directives=[public()])
class ShortText(Question):
    """A few words."""


@_is(QuestionKind.NUMERIC)
@strawberry.type(description="A question that is answered with a number.", directives=[public()])
class Numeric(Question):
    """A number."""


QUESTION_TYPES = (SingleChoice, MultipleChoice, TrueFalse, ShortText, Numeric)
"""The schema must be told of them: fields return the interface alone."""
