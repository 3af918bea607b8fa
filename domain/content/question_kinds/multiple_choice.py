"""Multiple choice: several options may be right, and each earns its share."""

from enum import Enum
from fractions import Fraction

from domain.content.credit import ALL, NOTHING
from domain.content.question_kinds import choices
from domain.content.question_kinds.file_items import FileItem
from domain.content.question_kinds.gift_syntax import GiftAnswer, GiftError, Part, TextReader, answers_of
from domain.content.question_kinds.key_drafts import FULL, KeyDraft
from domain.content.question_kinds.kind_rules import (
    AskedQuestion,
    GiftRules,
    GradedKey,
    GradedQuestion,
    KindRules,
)
from domain.ids import OptionId

_ROUNDING = Fraction(1, 2)
"""How far, in percent, a written weight may be from an equal share: 33.3 stands for a third."""


class GradingMode(Enum):
    """How a multiple choice is graded."""

    PARTIAL = "PARTIAL"
    ALL_OR_NOTHING = "ALL_OR_NOTHING"


def _check(question: AskedQuestion, options: list[OptionId]) -> list[OptionId]:
    return choices.checked_options(question, options, most=len(question.options))


def _grade(question: GradedQuestion, key: GradedKey, options: list[OptionId]) -> Fraction:
    """Return max(0, (hits - wrong) / keys), or all or nothing."""
    chosen, right = set(options), key.correct_options
    if not right:
        return NOTHING
    if question.all_or_nothing:
        return ALL if chosen == right else NOTHING
    hits = len(chosen & right)
    return max(NOTHING, Fraction(hits - len(chosen - right), len(right)))


def _read_item(item: FileItem) -> KeyDraft:
    options = choices.read_options(item)
    mode = item.choice("grading", GradingMode, default=GradingMode.PARTIAL)
    return KeyDraft(options=options, all_or_nothing=mode is GradingMode.ALL_OR_NOTHING)


def _is_gift(body: Part) -> bool:
    return choices.is_gift_choice(body) and "=" not in body.text


def _read_gift(body: Part, texts: TextReader) -> KeyDraft:
    answers = list(answers_of(body))
    return KeyDraft(options=choices.gift_options(answers, _right(answers), texts))


def _right(answers: list[GiftAnswer]) -> list[bool]:
    """Tell which answers are right; raises GiftError unless they share 100 % equally."""
    right = [answer.weight is not None and answer.weight > 0 for answer in answers]
    if not any(right):
        raise GiftError(
            answers[0].body.line, "No answer is right: none begins with = or has a weight above 0."
        )
    share = Fraction(FULL, sum(right))
    for answer in answers:
        if answer.weight and answer.weight > 0 and abs(answer.weight - share) >= _ROUNDING:
            raise GiftError(
                answer.body.line,
                f"The right answers must share 100 % equally, {float(share):.5g} % each; "
                f"other weights cannot be graded here.",
            )
    return right


def _penalty_loss(body: Part) -> str | None:
    """Return a sentence where wrong answers cost more here, or less, than in the file."""
    weights = [answer.weight or Fraction(0) for answer in answers_of(body)]
    share = Fraction(FULL, sum(weight > 0 for weight in weights) or 1)
    if all(weight > 0 or abs(weight + share) < _ROUNDING for weight in weights):
        return None
    return f"Penalties of wrong answers are not kept; each takes {float(share):.5g} % off, down to 0."


RULES = KindRules(
    name="MULTIPLE_CHOICE",
    hint="By choosing every right option.",
    description="A question that is answered by choosing every right option.",
    shows=("options", "all_or_nothing"),
    answer_field=choices.OPTIONS,
    check=_check,
    grade=_grade,
    read_item=_read_item,
    faults=choices.option_faults,
    gift=GiftRules(recognises=_is_gift, read=_read_gift, loss=_penalty_loss),
    demo_answer=choices.right_options,
)
