"""Answer keys: what is right about a question, and why."""

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
class AnswerKey:
    """The secret half of a question: what is right, and why.

    `option_feedback` is keyed by what was answered: an option's id, `true` or `false`, an accepted text as it
    was written, or an accepted number as `low..high`; `*` stands for every other answer.
    """

    question_id: QuestionId
    correct_options: frozenset[OptionId]
    truth: bool | None
    texts: list[AcceptedText]
    numbers: list[AcceptedNumber]
    explanation: str
    option_feedback: dict[str, str]
