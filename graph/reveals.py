"""What was right, and why: the secrets of a slot, each null until they may be shown."""

from typing import Any

import strawberry

from domain.ids import OptionId
from domain.imports.question_drafts import MOST_ACCEPTED, MOST_OPTIONS
from domain.scopes import Scope
from graph.directives import reads_learning, requires_scopes, reveal
from graph.fields import attribute, loaded_by
from resolvers import loaders

_USUAL_ACCEPTED = 5


@strawberry.type(
    description="Words that are accepted as an answer.",
    directives=[*reads_learning()],
)
class AcceptedText:
    """A text with its weight."""

    text: str = attribute("The words; case and spaces do not matter.")
    weight: int = attribute("What they earn, in percent.")


@strawberry.type(
    description="Numbers that are accepted as an answer, both ends included.",
    directives=[*reads_learning()],
)
class AcceptedRange:
    """A range with its weight."""

    low: str = attribute("The lowest number, in decimal.")
    high: str = attribute("The highest number, in decimal.")
    weight: int = attribute("What they earn, in percent.")


@strawberry.type(
    description="What was right, in the field of the question's kind.",
    directives=[*reads_learning()],
)
class RevealedKey:
    """The key of a question."""

    correct_option_ids: list[OptionId] = attribute(
        "The right options; empty for other kinds.", at_most=MOST_OPTIONS
    )
    truth: bool | None = attribute("Whether the statement is true; null for other kinds.")
    accepted_texts: list[AcceptedText] = attribute(
        "The accepted words.", at_most=MOST_ACCEPTED, usual=_USUAL_ACCEPTED
    )
    accepted_ranges: list[AcceptedRange] = attribute(
        "The accepted numbers.", at_most=MOST_ACCEPTED, usual=_USUAL_ACCEPTED
    )


@strawberry.type(
    description="What the author says to one answer.",
    directives=[*reads_learning()],
)
class OptionFeedback:
    """A remark."""

    answer: str = attribute(
        "The answer: an option's id, `true` or `false`, accepted words, accepted numbers as `low..high`, or `*` for "
        "every other."
    )
    text: str = attribute("The remark.")


def revealed(name: str, description: str, at_most: int | None = None) -> Any:
    """Declare a secret of a slot; one batch, whose SQL judges each slot, loads all of them."""
    return loaded_by(
        loaders.reveals_by_slot,
        key="place",
        pick=name,
        description=description + " Null until it may be shown.",
        rule=(reveal(), requires_scopes(Scope.READ_LEARNING)),
        at_most=at_most,
    )
