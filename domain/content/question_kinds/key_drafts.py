"""Key drafts: what a file says is right about a question, before options have ids."""

from collections.abc import Iterable, Iterator
from dataclasses import field

from domain import text
from domain.content.answer_keys import AcceptedNumber, AcceptedText
from domain.entities import entity
from domain.errors import InvalidInputError

LONGEST_PROSE = 10_000
FULL = 100
"""The weight, in percent, of an answer that is entirely right."""


@entity
class OptionDraft:
    """An option with what only the key says about it."""

    text: str
    correct: bool
    feedback: str = ""


@entity
class KeyDraft:
    """The part of a question that depends on its kind; `feedback` as in `AnswerKey`, but by text."""

    options: list[OptionDraft] = field(default_factory=list)
    all_or_nothing: bool = False
    truth: bool | None = None
    texts: list[AcceptedText] = field(default_factory=list)
    numbers: list[AcceptedNumber] = field(default_factory=list)
    feedback: dict[str, str] = field(default_factory=dict)


def text_faults(
    name: str, values: Iterable[str], *, longest: int = LONGEST_PROSE, shortest: int = 0
) -> Iterator[str]:
    """Yield what is wrong with texts, as sentences about `name`."""
    for value in values:
        try:
            text.prose(value, field=name, longest=longest, shortest=shortest)
        except InvalidInputError as error:
            yield error.message
