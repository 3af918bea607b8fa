"""The answers of a GIFT question: what stands between its braces, by kind."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from domain.answers import read_number
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.imports.gift_text import Formats, GiftError, Part, UnsupportedError, shown
from domain.imports.question_drafts import FULL, OptionDraft, QuestionDraft, around
from domain.questions import AcceptedNumber, AcceptedText, QuestionKind

_MARK = re.compile(r"[~=]")
_WEIGHT = re.compile(r"%(-?[0-9]{1,3}(?:\.[0-9]{1,10})?)%")
_TRUTH = re.compile(r"(TRUE|T|FALSE|F)\s*(?=#|$)")
_WILDCARD = re.compile(r"(?<!\\)\*")
_MOST_ANSWERS = 100
"""A bound for the work of reading; what a question may have is less, and is checked later."""
_ROUNDING = Fraction(1, 2)
"""How far, in percent, a written weight may be from an equal share: 33.3 stands for a third."""
_EVERY_OTHER = "*"


@entity
class Choice:
    """One answer: its mark, its weight in percent where one is written, its text and its feedback."""

    mark: str
    weight: Fraction | None
    body: Part
    feedback: Part | None


def read(draft: QuestionDraft, body: Part, formats: Formats) -> QuestionDraft:
    """Fill in kind and key from what stands between the braces, without its general feedback.

    Raises GiftError for what is not GIFT or cannot be graded here, UnsupportedError for kinds that do not exist.
    """
    if not body.text:
        raise UnsupportedError(body.line, "Essays are not supported; the question is left out.")
    if body.text.startswith("#"):
        return _numeric(draft, body.cut(1), formats)
    if "~" in body.text:
        return _choice(draft, body, formats)
    if "=" in body.text and "->" in body.text:
        raise UnsupportedError(body.line, "Matching is not supported; the question is left out.")
    if truth := _TRUTH.match(body.text):
        return _true_false(draft, body.cut(truth.end()), truth.group(1).startswith("T"), formats)
    return _short_text(draft, body, formats)


def _choices(body: Part) -> Iterator[Choice]:
    """Split at the marks; text before the first one belongs to nothing."""
    marks = [found.start() for found in _MARK.finditer(body.text)]
    if not marks or body.text[: marks[0]].strip():
        raise GiftError(
            body.line, "An answer must begin with = or ~; write \\= or \\~ for the character itself."
        )
    if len(marks) > _MOST_ANSWERS:
        raise GiftError(body.line, f"A question may have at most {_MOST_ANSWERS} answers.")
    for start, end in zip(marks, [*marks[1:], len(body.text)], strict=True):
        part = body.cut(start + 1, end)
        weight = _WEIGHT.match(part.text)
        answer, feedback = (part.cut(weight.end()) if weight else part).split("#")
        yield Choice(
            mark=body.text[start],
            weight=Fraction(weight.group(1)) if weight else None,
            body=answer,
            feedback=feedback,
        )


def _choice(draft: QuestionDraft, body: Part, formats: Formats) -> QuestionDraft:
    choices = list(_choices(body))
    single = any(choice.mark == "=" for choice in choices)
    right = _right_of_one(choices) if single else _right_of_many(choices)
    options = [
        OptionDraft(
            text=formats.read(choice.body),
            correct=is_right,
            feedback=formats.read(choice.feedback) if choice.feedback else "",
        )
        for choice, is_right in zip(choices, right, strict=True)
    ]
    kind = QuestionKind.SINGLE_CHOICE if single else QuestionKind.MULTIPLE_CHOICE
    return replace(draft, kind=kind, options=options)


def _right_of_one(choices: list[Choice]) -> list[bool]:
    """Tell which answers of a single choice are right: it earns all or nothing here."""
    for choice in choices:
        if choice.weight is not None and (choice.mark == "=" or choice.weight not in {0, FULL}):
            raise GiftError(
                choice.body.line,
                "A single choice earns all or nothing; an answer cannot have a weight of its own.",
            )
    return [choice.mark == "=" or choice.weight == FULL for choice in choices]


def _right_of_many(choices: list[Choice]) -> list[bool]:
    """Tell which answers of a multiple choice are right: each right one earns the same share here."""
    right = [choice.weight is not None and choice.weight > 0 for choice in choices]
    if not any(right):
        raise GiftError(
            choices[0].body.line, "No answer is right: none begins with = or has a weight above 0."
        )
    share = Fraction(FULL, sum(right))
    for choice in choices:
        if choice.weight and choice.weight > 0 and abs(choice.weight - share) >= _ROUNDING:
            raise GiftError(
                choice.body.line,
                f"The right answers must share 100 % equally, {float(share):.5g} % each; "
                f"other weights cannot be graded here.",
            )
    return right


def penalty_loss(body: Part) -> str | None:
    """Return a sentence where wrong answers of a multiple choice cost more here, or less, than in the file."""
    if "~" not in body.text or body.text.startswith("#"):
        return None
    weights = [choice.weight or Fraction(0) for choice in _choices(body)]
    share = Fraction(FULL, sum(weight > 0 for weight in weights) or 1)
    if "=" in body.text or all(weight > 0 or abs(weight + share) < _ROUNDING for weight in weights):
        return None
    return f"Penalties of wrong answers are not kept; each takes {float(share):.5g} % off, down to 0."


def _true_false(draft: QuestionDraft, rest: Part, truth: bool, formats: Formats) -> QuestionDraft:
    """Read the feedback for a wrong answer and then the one for a right answer, each after a `#`."""
    comments = rest.cut(1).text.split("#") if rest.text else []
    if len(comments) > 2:  # noqa: PLR2004 - wrong and right
        raise GiftError(rest.line, "True/false takes a feedback for wrong answers and one for right answers.")
    names = ("false", "true") if truth else ("true", "false")
    told = {
        name: formats.read(Part(text=comment.strip(), line=rest.line))
        for name, comment in zip(names, comments, strict=False)
    }
    feedback = {name: comment for name, comment in told.items() if comment}
    return replace(draft, kind=QuestionKind.TRUE_FALSE, truth=truth, feedback=feedback)


def _short_text(draft: QuestionDraft, body: Part, formats: Formats) -> QuestionDraft:
    texts, feedback = [], {}
    for choice in _choices(body):
        if _WILDCARD.search(choice.body.text):
            raise GiftError(choice.body.line, "Wildcards are not supported; write \\* for an asterisk.")
        text = formats.read(choice.body).replace("\\*", "*")
        texts.append(AcceptedText(text=text, weight=_weight(choice)))
        if choice.feedback:
            feedback[text] = formats.read(choice.feedback)
    return replace(draft, kind=QuestionKind.SHORT_TEXT, texts=texts, feedback=feedback)


def _numeric(draft: QuestionDraft, body: Part, formats: Formats) -> QuestionDraft:
    numbers, feedback = [], {}
    for choice in _choices(_marked(body)):
        if choice.mark == "~":
            if choice.body.text not in {"", _EVERY_OTHER} or choice.weight:
                raise GiftError(choice.body.line, "A ~ in a numeric question takes nothing but a feedback.")
            name = _EVERY_OTHER
        else:
            accepted = _range(choice.body, _weight(choice))
            numbers.append(accepted)
            name = f"{accepted.low}..{accepted.high}"
        if choice.feedback:
            feedback[name] = formats.read(choice.feedback)
    _refuse_hidden(numbers, body.line)
    return replace(draft, kind=QuestionKind.NUMERIC, numbers=numbers, feedback=feedback)


def _marked(body: Part) -> Part:
    """Return the answers of a numeric question with a mark before the first, which may do without."""
    return body if body.text.startswith(("=", "~")) else Part(text="=" + body.text, line=body.line)


def _weight(choice: Choice) -> int:
    weight = Fraction(FULL) if choice.weight is None else choice.weight
    if weight.denominator != 1 or not 0 <= weight <= FULL or choice.mark != "=":
        raise GiftError(choice.body.line, "The weight of an answer must be a whole number from 0 to 100.")
    return int(weight)


def _range(part: Part, weight: int) -> AcceptedNumber:
    low, dots, high = shown(part).partition("..")
    value, colon, tolerance = shown(part).partition(":")
    try:
        if dots:
            return AcceptedNumber(low=_number(low), high=_number(high), weight=weight)
        margin = _number(tolerance) if colon else Decimal(0)
        if margin < 0:
            raise GiftError(part.line, "A tolerance must not be negative.")
        return around(_number(value), margin, weight)
    except InvalidInputError:
        raise GiftError(part.line, "A number must be like 3.14, 3.14:0.01 or 3..4.") from None


def _number(written: str) -> Decimal:
    return read_number(written.strip(), field="number")


def _refuse_hidden(numbers: list[AcceptedNumber], line: int) -> None:
    """Refuse an order that matters: GIFT takes the first answer that matches, here the best one counts."""
    for place, later in enumerate(numbers):
        for earlier in numbers[:place]:
            if earlier.weight < later.weight and earlier.low <= later.high and later.low <= earlier.high:
                raise GiftError(line, "An answer with a lower weight stands before one that overlaps it.")
