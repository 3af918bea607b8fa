"""Answer reveal: the secrets of a slot, each null until it may be shown."""

from typing import Any

import strawberry

from domain.accounts.scopes import Scope
from domain.assessment.answer_shares import FEWEST_OTHERS, MOST_COUNTED
from domain.content.question_kinds.accepted_answers import MOST_ACCEPTED
from domain.content.question_kinds.choices import MOST_OPTIONS
from domain.content.question_kinds.cloze import MOST_BLANKS
from domain.content.question_kinds.matching import MOST_PROMPTS
from domain.ids import OptionId
from graph.assessment.answers import MatchedPair
from graph.directives import reads_learning, requires_scopes, reveal
from graph.fields import attribute, loaded_by
from resolvers.assessment import loaders

_USUAL_ACCEPTED = 5
_USUAL_PARTS = 2
"""Few questions have prompts or blanks, so their cost is that of a few."""


@strawberry.type(description="A text that is accepted as an answer.", directives=[*reads_learning()])
class AcceptedText:
    """A text with its weight."""

    text: str = attribute("The text; case and extra white space are ignored.")
    weight: int = attribute("The credit for it, in percent.")


@strawberry.type(
    description="A range of numbers that are accepted as an answer, both ends included.",
    directives=[*reads_learning()],
)
class AcceptedRange:
    """A range with its weight."""

    low: str = attribute("The lowest number, in decimal.")
    high: str = attribute("The highest number, in decimal.")
    weight: int = attribute("The credit for it, in percent.")


@strawberry.type(description="What is right about a blank of a cloze.", directives=[*reads_learning()])
class RevealedBlank:
    """The key of a blank."""

    number: int = attribute("The number of the blank.")
    option: OptionId | None = attribute("The id of the right option; null for a blank without options.")
    accepted_texts: list[AcceptedText] = attribute(
        "The accepted texts; empty for other blanks.", at_most=MOST_ACCEPTED, usual=1
    )
    accepted_ranges: list[AcceptedRange] = attribute(
        "The accepted ranges; empty for other blanks.", at_most=MOST_ACCEPTED, usual=1
    )


@strawberry.type(
    description="The right answer, in the fields of the question's kind.", directives=[*reads_learning()]
)
class RevealedKey:
    """The key of a question."""

    correct_option_ids: list[OptionId] = attribute(
        "The ids of the right options; empty for other kinds.", at_most=MOST_OPTIONS
    )
    truth: bool | None = attribute("Whether the statement is true; null for other kinds.")
    accepted_texts: list[AcceptedText] = attribute(
        "The accepted texts; empty for other kinds.", at_most=MOST_ACCEPTED, usual=_USUAL_ACCEPTED
    )
    accepted_ranges: list[AcceptedRange] = attribute(
        "The accepted ranges; empty for other kinds.", at_most=MOST_ACCEPTED, usual=_USUAL_ACCEPTED
    )
    pairs: list[MatchedPair] = attribute(
        "The right option of each prompt of a matching; empty for other kinds.",
        at_most=MOST_PROMPTS,
        usual=_USUAL_PARTS,
    )
    order: list[OptionId] = attribute(
        "The options of an ordering in their right order; empty for other kinds.", at_most=MOST_OPTIONS
    )
    blanks: list[RevealedBlank] = attribute(
        "What is right about each blank of a cloze; empty for other kinds.",
        at_most=MOST_BLANKS,
        usual=_USUAL_PARTS,
    )


@strawberry.type(description="The author's feedback to one answer.", directives=[*reads_learning()])
class OptionFeedback:
    """The author's feedback to one answer."""

    answer: str = attribute(
        "The answer: an option's id, `true` or `false`, an accepted text, an accepted range as `low..high`, or `*` for "
        "every other answer. What is typed into a blank has the number of the blank before it: `2:Paris`, `2:*`."
    )
    text: str = attribute("The feedback.")


@strawberry.type(
    description="How often one of the answers to choose from was given.", directives=[*reads_learning()]
)
class ChoiceShare:
    """An answer and its share."""

    answer: str = attribute("The answer: an option's id, `true` or `false`.")
    percent: float = attribute("The percentage of the learners who chose it, with one decimal.")


@strawberry.type(
    description="How other learners answered a question. Each counts once, with the first attempt at it that was "
    f"graded; of many attempts the first {MOST_COUNTED} are counted.",
    directives=[*reads_learning()],
)
class AnswerShares:
    """How others answered."""

    learners: int = attribute(f"How many other learners are counted, at least {FEWEST_OTHERS}.")
    correct_percent: float = attribute("The percentage of them who earned full credit, with one decimal.")
    choices: list[ChoiceShare] = attribute(
        "What they chose, by answer; what none of them chose is left out. Empty for kinds without a choice.",
        at_most=MOST_OPTIONS,
        usual=_USUAL_ACCEPTED,
    )


def others() -> Any:
    """Declare how others answered: a secret of a slot, with a batch of its own, since few clients ask for it."""
    return loaded_by(
        loaders.shares_by_slot,
        key="place",
        description="How other learners answered. Null until the right answer may be shown, and where fewer than "
        f"{FEWEST_OTHERS} others were graded on the question.",
        rule=(reveal(), requires_scopes(Scope.READ_LEARNING)),
    )


def revealed(name: str, description: str, at_most: int | None = None) -> Any:
    """Declare a secret of a slot; one batch loads all secrets, and its SQL decides about each slot."""
    return loaded_by(
        loaders.reveals_by_slot,
        key="place",
        pick=name,
        description=description + " Null until it may be shown.",
        rule=(reveal(), requires_scopes(Scope.READ_LEARNING)),
        at_most=at_most,
    )
