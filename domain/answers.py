"""Answers: what a learner may give to a question of each kind."""

import re
from decimal import Decimal

from domain import text
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.ids import OptionId
from domain.questions import Question, QuestionKind

LONGEST_TEXT = 500
MOST_DIGITS = 50
"""How many digits a number may have, and how large its power of ten may be."""
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_LONGEST_NUMBER = 120


@entity
class Answer:
    """What was answered; exactly the field of the question's kind is set."""

    options: list[OptionId] | None = None
    truth: bool | None = None
    text: str | None = None
    number: Decimal | None = None


_FIELDS = {
    QuestionKind.SINGLE_CHOICE: "options",
    QuestionKind.MULTIPLE_CHOICE: "options",
    QuestionKind.TRUE_FALSE: "truth",
    QuestionKind.SHORT_TEXT: "text",
    QuestionKind.NUMERIC: "number",
}


def checked(question: Question, answer: Answer) -> Answer:
    """Return the answer in normal form; raises InvalidInputError that names the field which does not fit.

    The options come back sorted, the text trimmed and in NFC. None of the sentences depends on the key.
    """
    wanted = _FIELDS[question.kind]
    for name in ("options", "truth", "text", "number"):
        if name != wanted and getattr(answer, name) is not None:
            raise InvalidInputError(f"This question takes {wanted}, not {name}.", field=name)
    if getattr(answer, wanted) is None:
        raise InvalidInputError(f"This question needs {wanted}.", field=wanted)
    return Answer(
        options=None if answer.options is None else _options(question, answer.options),
        truth=answer.truth,
        text=None if answer.text is None else text.line(answer.text, field="text", longest=LONGEST_TEXT),
        number=None if answer.number is None else checked_number(answer.number, field="number"),
    )


def checked_number(number: Decimal, *, field: str) -> Decimal:
    """Return the number when it is finite and of at most 50 digits and a power of ten from -50 to 50."""
    if not number.is_finite():
        raise InvalidInputError(f"{field} must be a finite number.", field=field)
    digits, exponent = number.as_tuple().digits, number.as_tuple().exponent
    if len(digits) > MOST_DIGITS or not isinstance(exponent, int) or abs(exponent) > MOST_DIGITS:
        raise InvalidInputError(f"{field} may have at most {MOST_DIGITS} digits.", field=field)
    return number


def read_number(written: str, *, field: str) -> Decimal:
    """Read a decimal number exactly, like -3.14 or 6.02e23."""
    if len(written) > _LONGEST_NUMBER or not _NUMBER.fullmatch(written):
        raise InvalidInputError(f"{field} must be a number like -3.14.", field=field)
    return checked_number(Decimal(written), field=field)


def _options(question: Question, options: list[OptionId]) -> list[OptionId]:
    most = 1 if question.kind is QuestionKind.SINGLE_CHOICE else len(question.options)
    if not 1 <= len(options) <= most:
        raise InvalidInputError(f"options must name 1 to {most} of the options.", field="options")
    chosen = set(options)
    if len(chosen) < len(options):
        raise InvalidInputError("options must not name an option twice.", field="options")
    if not chosen <= {option.id for option in question.options}:
        raise InvalidInputError("options must be options of this question.", field="options")
    return sorted(chosen)
