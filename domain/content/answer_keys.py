"""Answer keys: what is right about a question, and why."""

from dataclasses import field
from decimal import Decimal

from domain.entities import entity
from domain.ids import OptionId, QuestionId


@entity
class AcceptedText:
    """A short text that earns `weight` percent."""

    text: str
    weight: int


@entity
class AcceptedNumber:
    """Numbers from `low` to `high`, both included, that earn `weight` percent."""

    low: Decimal
    high: Decimal
    weight: int


@entity
class PartKey:
    """What is right about one part of a question: which option belongs there, or what may be typed."""

    option: OptionId | None = None
    texts: list[AcceptedText] = field(default_factory=list)
    numbers: list[AcceptedNumber] = field(default_factory=list)


@entity
class AnswerKey:
    """The secret half of a question: what is right, and why.

    `option_feedback` is keyed by what was answered: an option's id, `true` or `false`, an accepted text as it
    was written, or an accepted number as `low..high`; `*` stands for every other answer. What is typed into a blank
    has the number of the blank before it, as in `2:Paris`.

    `parts` has the key of each prompt of a matching and of each blank of a cloze, by number, and the option of each
    place of an ordering.
    """

    question_id: QuestionId
    correct_options: frozenset[OptionId]
    truth: bool | None
    texts: list[AcceptedText]
    numbers: list[AcceptedNumber]
    explanation: str
    option_feedback: dict[str, str]
    parts: list[PartKey] = field(default_factory=list)
