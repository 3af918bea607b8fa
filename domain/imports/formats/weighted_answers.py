"""Weighted answers: the keys of formats that give each answer a percentage, such as Moodle's and QTI's."""

from collections.abc import Sequence, Sized
from decimal import Decimal
from fractions import Fraction

from domain.content.answer_keys import AcceptedNumber, AcceptedText
from domain.content.decimals import read_number
from domain.content.question_kinds.key_drafts import FULL, KeyDraft, OptionDraft
from domain.content.question_kinds.numeric import around
from domain.content.question_kinds.short_text import normal_text
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.imports.formats.found_questions import UnreadableError

EVERY_OTHER = "*"
MOST_ANSWERS = 100
"""A bound for the work of reading; the lower limit of a question is checked later."""
_ROUNDING = Fraction(1, 2)
"""How far, in percent, a written weight may be from an equal share: 33.3 stands for a third."""
_NO_PENALTY = "Penalties of wrong answers are not kept; a wrong choice earns 0."


@entity
class WeightedAnswer:
    """An answer with what it earns, in percent, and what is said to those who give it."""

    text: str
    weight: Fraction
    feedback: str = ""


def check_number(answers: Sized) -> None:
    """Refuse a question with more answers than are compared with each other; raises UnreadableError."""
    if len(answers) > MOST_ANSWERS:
        raise UnreadableError(f"A question may have at most {MOST_ANSWERS} answers.")


def percent(written: str) -> Fraction:
    """Return a percentage like 33.33333; raises UnreadableError."""
    try:
        return Fraction(read_number(written.strip(), field="weight"))
    except InvalidInputError:
        raise UnreadableError("The weight of an answer must be a number.") from None


def single_choice(answers: Sequence[WeightedAnswer], losses: list[str]) -> KeyDraft:
    """Return the key of a choice of one option; raises UnreadableError where an option earns a part."""
    for answer in answers:
        if 0 < answer.weight < FULL or answer.weight > FULL:
            raise UnreadableError("A single choice earns all or nothing; an answer cannot earn a part.")
    if any(answer.weight < 0 for answer in answers):
        losses.append(_NO_PENALTY)
    return KeyDraft(options=[_option(answer, is_right=answer.weight == FULL) for answer in answers])


def multiple_choice(
    answers: Sequence[WeightedAnswer], losses: list[str], *, all_or_nothing: bool = False
) -> KeyDraft:
    """Return the key of a choice of several options; raises UnreadableError unless the right ones share 100 %."""
    right = [answer.weight > 0 for answer in answers]
    share = Fraction(FULL, sum(right) or 1)
    if not all_or_nothing:
        for answer in answers:
            if answer.weight > 0 and abs(answer.weight - share) >= _ROUNDING:
                raise UnreadableError(
                    f"The right answers must share 100 % equally, {float(share):.5g} % each; other weights cannot be "
                    "graded here."
                )
        if any(answer.weight <= 0 and abs(answer.weight + share) >= _ROUNDING for answer in answers):
            losses.append(
                f"Penalties of wrong answers are not kept; each takes {float(share):.5g} % off, down to 0."
            )
    options = [_option(answer, is_right=is_right) for answer, is_right in zip(answers, right, strict=True)]
    return KeyDraft(options=options, all_or_nothing=all_or_nothing)


def short_text(answers: Sequence[WeightedAnswer], *, wildcards: bool = True) -> KeyDraft:
    r"""Return the key of a short answer; raises UnreadableError for weights and wildcards that have no meaning here.

    With wildcards, `*` stands for any text and `\*` for an asterisk. A last answer `*` that earns nothing is the
    feedback for every other answer.
    """
    check_number(answers)
    key = KeyDraft()
    for answer in answers:
        if wildcards and answer.text == EVERY_OTHER and answer.weight == 0:
            _say(key, EVERY_OTHER, answer.feedback)
            continue
        text = answer.text
        if wildcards:
            text = text.replace("\\*", "\x00")
            if "*" in text:
                raise UnreadableError("Wildcards are not supported; write \\* for an asterisk.")
            text = text.replace("\x00", "*")
        key.texts.append(AcceptedText(text=text, weight=whole(answer.weight)))
        _say(key, text, answer.feedback)
    return key


def best_of_equals(answers: Sequence[WeightedAnswer]) -> list[WeightedAnswer]:
    """Return the answers, of those that are the same here the one that earns most."""
    best: dict[str, WeightedAnswer] = {}
    for answer in answers:
        known = best.setdefault(normal_text(answer.text), answer)
        if known.weight < answer.weight:
            best[normal_text(answer.text)] = answer
    return list(best.values())


def numbers(answers: Sequence[tuple[WeightedAnswer, str]]) -> KeyDraft:
    """Return the key of a numeric question, each answer with its tolerance; raises UnreadableError.

    The first answer that matches counts in other systems, the best one here, so an order that matters is refused.
    """
    check_number(answers)
    key = KeyDraft()
    for answer, tolerance in answers:
        if answer.text == EVERY_OTHER and answer.weight == 0:
            _say(key, EVERY_OTHER, answer.feedback)
            continue
        margin = _number(tolerance or "0")
        if margin < 0:
            raise UnreadableError("A tolerance must not be negative.")
        add_number(key, around(_number(answer.text), margin, whole(answer.weight)), answer.feedback)
    refuse_hidden(key)
    return key


def add_number(key: KeyDraft, accepted: AcceptedNumber, feedback: str = "") -> None:
    """Add a range to a key, with the feedback for it."""
    key.numbers.append(accepted)
    _say(key, f"{accepted.low}..{accepted.high}", feedback)


def refuse_hidden(key: KeyDraft) -> None:
    """Refuse a key in which a range hides another that earns more; raises UnreadableError."""
    check_number(key.numbers)
    for place, later in enumerate(key.numbers):
        for earlier in key.numbers[:place]:
            if earlier.weight < later.weight and earlier.low <= later.high and later.low <= earlier.high:
                raise UnreadableError(
                    "An answer with a lower weight stands before one that overlaps it; put the better one first."
                )


def whole(weight: Fraction) -> int:
    """Return the weight of an accepted answer; raises UnreadableError unless it is a whole number from 0 to 100."""
    nearest = round(weight)
    if abs(weight - nearest) > Fraction(1, 1000) or not 0 <= nearest <= FULL:
        raise UnreadableError("The weight of an answer must be a whole number from 0 to 100.")
    return nearest


def _say(key: KeyDraft, answer: str, feedback: str) -> None:
    if feedback:
        key.feedback[answer] = feedback


def _option(answer: WeightedAnswer, *, is_right: bool) -> OptionDraft:
    return OptionDraft(text=answer.text, correct=is_right, feedback=answer.feedback)


def _number(written: str) -> Decimal:
    try:
        return read_number(written.strip(), field="number")
    except InvalidInputError:
        raise UnreadableError("A number must be like 3.14.") from None
