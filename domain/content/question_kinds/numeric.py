"""Numeric: a number, compared exactly with ranges."""

from collections.abc import Iterator, Mapping
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from domain.content.answer_keys import AcceptedNumber
from domain.content.answers import AnswerField
from domain.content.credit import NOTHING, best
from domain.content.decimals import checked_number, read_number
from domain.content.question_kinds.accepted_answers import (
    EVERY_OTHER,
    accepted_items,
    note_other_feedback,
    weight_faults,
    weight_of,
)
from domain.content.question_kinds.file_items import FileItem, feedback_of, lose_unread
from domain.content.question_kinds.gift_syntax import GiftError, Part, TextReader, answers_of, whole_weight
from domain.content.question_kinds.key_drafts import KeyDraft
from domain.content.question_kinds.key_faults import KeyFault
from domain.content.question_kinds.kind_rules import (
    AskedQuestion,
    GiftRules,
    GradedNumbers,
    GradedQuestion,
    KindRules,
)
from domain.content.typography import plain
from domain.errors import InvalidInputError

_EXACT = Context(prec=200)
"""Wide enough for the sum of any two numbers of 50 digits and a power of ten up to 50."""


def _read(sent: str) -> Decimal:
    return read_number(plain(sent).strip(), field="number")


def _show(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")


NUMBER = AnswerField(
    name="number",
    wire=str,
    sent="A number in decimal, like `-1.5` or `6.02e23`.",
    seen="The number in decimal, like `-1.5`.",
    read=_read,
    show=_show,
    store=str,  # as text, so that no digit is lost
    load=Decimal,
)


def around(value: Decimal, tolerance: Decimal, weight: int) -> AcceptedNumber:
    """Accept what is at most `tolerance` away from the value; both ends count."""
    low, high = _EXACT.subtract(value, tolerance), _EXACT.add(value, tolerance)
    return AcceptedNumber(low=low, high=high, weight=weight)


def _check(_question: AskedQuestion, number: Decimal) -> Decimal:
    return checked_number(number, field="number")


def grade(_question: GradedQuestion, key: GradedNumbers, number: Decimal) -> Fraction:
    """Return the credit of the best range that contains the number."""
    if not number.is_finite():
        return NOTHING
    return best(accepted.weight for accepted in key.numbers if accepted.low <= number <= accepted.high)


def _read_item(item: FileItem) -> KeyDraft:
    key = KeyDraft()
    note_other_feedback(key, item)
    for accepted in accepted_items(item):
        number = _range_of_item(accepted, weight_of(accepted))
        key.numbers.append(number)
        if said := feedback_of(accepted):
            key.feedback[f"{number.low}..{number.high}"] = said
        lose_unread(accepted)
    return key


def _range_of_item(item: FileItem, weight: int) -> AcceptedNumber:
    if item.raw("value") is None:
        return AcceptedNumber(low=_field(item, "low"), high=_field(item, "high"), weight=weight)
    value, tolerance = _field(item, "value"), _field(item, "tolerance", default="0")
    if tolerance < 0:
        item.refuse("tolerance must not be negative", "tolerance")
    return around(value, abs(tolerance), weight)


def _field(item: FileItem, field: str, default: str | None = None) -> Decimal:
    """Read a number from a text or an integer; a JSON fraction may already have lost digits."""
    value = item.raw(field)
    value = default if value is None else str(value) if type(value) is int else value
    if not isinstance(value, str):
        item.refuse(f'{field} must be a text that holds a number, like "3.14"', field)
        return Decimal(0)
    try:
        return read_number(value, field=field)
    except InvalidInputError as error:
        item.refuse(error.message.rstrip("."), field)
        return Decimal(0)


def _faults(key: KeyDraft) -> Iterator[str]:
    yield from weight_faults(key.numbers, at="numbers")
    for place, each in enumerate(key.numbers):
        if each.low > each.high:
            yield KeyFault("A range must go from the lower number to the higher one.", f"numbers[{place}]")


def _is_gift(body: Part) -> bool:
    return body.text.startswith("#")


def _read_gift(body: Part, texts: TextReader) -> KeyDraft:
    key, body = KeyDraft(), body.cut(1)
    for answer in answers_of(_marked(body)):
        if answer.mark == "~":
            if answer.body.text not in {"", EVERY_OTHER} or answer.weight:
                raise GiftError(answer.body.line, "A ~ in a numeric question takes nothing but a feedback.")
            name = EVERY_OTHER
        else:
            accepted = _range_of_gift(answer.body, whole_weight(answer))
            key.numbers.append(accepted)
            name = f"{accepted.low}..{accepted.high}"
        if answer.feedback:
            key.feedback[name] = texts.read(answer.feedback)
    _refuse_hidden(key.numbers, body.line)
    return key


def _marked(body: Part) -> Part:
    """Return the answers with a mark before the first, which may lack one."""
    return body if body.text.startswith(("=", "~")) else Part(text="=" + body.text, line=body.line)


def _range_of_gift(part: Part, weight: int) -> AcceptedNumber:
    low, dots, high = part.on_one_line().partition("..")
    value, colon, tolerance = part.on_one_line().partition(":")
    try:
        if dots:
            return AcceptedNumber(low=_read(low), high=_read(high), weight=weight)
        margin = _read(tolerance) if colon else Decimal(0)
        if margin < 0:
            raise GiftError(part.line, "A tolerance must not be negative.")
        return around(_read(value), margin, weight)
    except InvalidInputError:
        raise GiftError(part.line, "A number must be like 3.14, 3.14:0.01 or 3..4.") from None


def _refuse_hidden(numbers: list[AcceptedNumber], line: int) -> None:
    """Refuse an order that matters: GIFT takes the first answer that matches, here the best one counts."""
    for place, later in enumerate(numbers):
        for earlier in numbers[:place]:
            if earlier.weight < later.weight and earlier.low <= later.high and later.low <= earlier.high:
                raise GiftError(line, "An answer with a lower weight stands before one that overlaps it.")


def _demo_answer(_question: AskedQuestion, item: Mapping[str, Any]) -> Any:
    accepted = item["accepted"][0]
    return Decimal(accepted["value"] if "value" in accepted else accepted["low"])


RULES = KindRules(
    name="NUMERIC",
    hint="With a number.",
    description="A question that is answered with a number.",
    answer_field=NUMBER,
    check=_check,
    grade=grade,
    read_item=_read_item,
    faults=_faults,
    gift=GiftRules(recognises=_is_gift, read=_read_gift),
    demo_answer=_demo_answer,
)
