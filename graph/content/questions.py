"""Types of questions as learners see them before the attempt is closed; none of them has the answer key."""

from collections.abc import Callable
from typing import Annotated, Any

import strawberry

from domain.content import questions
from domain.content.answers import BlankKind
from domain.content.question_kinds.choices import MOST_OPTIONS
from domain.content.question_kinds.cloze import MOST_BLANKS
from domain.content.question_kinds.matching import MOST_PROMPTS
from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.gamification.xp_rules import CURRENT
from domain.ids import OptionId, QuestionId
from domain.media.media import MOST_OF_A_QUESTION
from graph.bookmarkable import Bookmarkable
from graph.content.exam_types import ExamDomain, ExamType
from graph.content.provenances import QuestionProvenance
from graph.directives import reads_imports, reads_learning
from graph.enums import declare_enum
from graph.fields import attribute, loaded_by
from graph.media.media import Media, QuestionImage
from resolvers.content import loaders
from resolvers.content.provenances import provenance_by_question
from resolvers.media.loaders import images_by_option, images_by_question, media_by_question
from resolvers.quality.loaders import quality_by_question

_QUALITY = strawberry.lazy("graph.quality.question_quality")
declare_enum(
    QuestionKind,
    "How a question is answered.",
    **{kind.name: kind.rules.hint for kind in QuestionKind},
)
declare_enum(
    Difficulty,
    "The difficulty of a question by its author's estimate. The value says what a right answer earns.",
    **{difficulty.name: f"{CURRENT.correct_answer(difficulty.value)} XP." for difficulty in Difficulty},
)


declare_enum(
    PromptFormat,
    "How the prompt of a question is written.",
    PLAIN="Plain text.",
    MARKDOWN="Markdown without HTML, images, headings and rules; links lead to https.",
)
declare_enum(
    BlankKind,
    "What fills a blank.",
    TEXT="A few words; case and extra white space are ignored.",
    NUMBER="A number in decimal.",
    OPTION="One of its options.",
)


@strawberry.type(
    description="An answer to choose, to match or to put in order.", directives=[*reads_learning()]
)
class Option:
    """An option."""

    id: OptionId = attribute(
        "The option's id, `option_...`; it does not depend on whether the option is right."
    )
    text: str = attribute("The text of the option.")
    image: QuestionImage | None = loaded_by(
        images_by_option, key="id", description="The image that it shows, or null."
    )


@strawberry.type(description="A prompt of a matching, which takes an option.", directives=[*reads_learning()])
class MatchingPrompt:
    """A prompt."""

    number: int = attribute("Its number in the question, from 1.")
    text: str = attribute("The text of the prompt.")


@strawberry.type(
    description="A blank of a cloze; `[[1]]` in the prompt of the question stands for the first one.",
    directives=[*reads_learning()],
)
class Blank:
    """A blank."""

    number: int = attribute("Its number in the prompt, from 1.")
    takes: BlankKind = attribute("What fills it.")
    options: list[Option] = attribute(
        "The options to choose from, in an order that does not depend on which is right; empty for other blanks.",
        at_most=MOST_OPTIONS,
        usual=2,
    )


@strawberry.interface(
    description="A question as it is asked. The right answer and the explanation are in the slots of an attempt, once "
    "they may be shown.",
    directives=[*reads_learning()],
)
class Question(Bookmarkable):
    """What every question has."""

    id: QuestionId = attribute("The question's id, `question_...`.")
    kind: QuestionKind = attribute("How it is answered.")
    prompt: str = attribute("The question, in one or more lines; LaTeX is as it was written.")
    prompt_format: PromptFormat = attribute("How the prompt is written.")
    difficulty: Difficulty = attribute("The author's estimate of the difficulty.")
    domain: ExamDomain | None = loaded_by(
        loaders.exam_domains_by_id, key="domain_id", description="The domain that it belongs to."
    )
    exam_type: ExamType | None = loaded_by(
        loaders.exam_types_by_id, key="exam_type_id", description="The exam type that it belongs to."
    )
    media: list[Media] | None = loaded_by(
        media_by_question,
        key="id",
        description="All images that it shows, those of its options too.",
        at_most=MOST_OF_A_QUESTION,
        usual=1,
    )
    images: list[QuestionImage] | None = loaded_by(
        images_by_question,
        key="id",
        description="The images beside its prompt, in their order.",
        at_most=MOST_OF_A_QUESTION,
        usual=1,
    )
    provenance: QuestionProvenance | None = loaded_by(
        provenance_by_question,
        key="id",
        description="Where a generated question comes from; null for others.",
    )
    quality: Annotated["QuestionQuality", _QUALITY] | None = loaded_by(  # type: ignore[name-defined]  # noqa: F821 - it refers back to this module
        quality_by_question,
        key="id",
        description="Reports and statistics; null for all but its author and moderators.",
        rule=reads_imports(),
    )


_OPTIONS = "The options, in an order that tells nothing about the right answer."
_ALL_OR_NOTHING = (
    "Whether only the exact choice earns credit. Otherwise each right option earns an equal share, and each wrong one "
    "takes one share off, down to 0."
)
_KIND_FIELDS: dict[str, tuple[Any, Callable[[], Any]]] = {
    "options": (list[Option], lambda: attribute(_OPTIONS, at_most=MOST_OPTIONS, usual=5)),
    "all_or_nothing": (bool, lambda: attribute(_ALL_OR_NOTHING)),
    "prompts": (
        list[MatchingPrompt],
        lambda: attribute("The prompts, in the author's order.", at_most=MOST_PROMPTS, usual=5),
    ),
    "blanks": (
        list[Blank],
        lambda: attribute("The blanks, in the order of the prompt.", at_most=MOST_BLANKS, usual=2),
    ),
}
"""The fields that some kinds have in addition to those of `Question`; each type gets its own declaration."""


def _declare(kind: QuestionKind) -> type[Any]:
    """Declare the schema's type of one kind; all kinds share one domain class."""
    rules = kind.rules
    hints = {name: _KIND_FIELDS[name][0] for name in rules.shows}
    fields = {name: _KIND_FIELDS[name][1]() for name in rules.shows}
    made: Any = type(rules.type_name, (Question,), {"__annotations__": hints, **fields})
    made = strawberry.type(made, description=rules.description, directives=[*reads_learning()])
    made.__strawberry_definition__.is_type_of = lambda value, _info: (
        type(value) is questions.Question and value.kind is kind
    )
    declared: type[Any] = made
    return declared


QUESTION_TYPES = tuple(_declare(kind) for kind in QuestionKind)
"""The types that implement `Question`; the schema is given them because fields return the interface alone."""
