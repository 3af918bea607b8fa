"""Single choice: one option is right, and earns all or nothing."""

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

ANY_RIGHT = "ANY_RIGHT"
"""The grading, in files, of a single choice with several right options, each of which earns everything."""


def _check(question: AskedQuestion, options: list[OptionId]) -> list[OptionId]:
    return choices.checked_options(question, options, most=1)


def _grade(_question: GradedQuestion, key: GradedKey, options: list[OptionId]) -> Fraction:
    chosen = set(options)
    return ALL if len(chosen) == 1 and chosen <= key.correct_options else NOTHING


def _read_item(item: FileItem) -> KeyDraft:
    return KeyDraft(options=choices.read_options(item))


def _check_item(item: FileItem, key: KeyDraft) -> None:
    """Refuse several right options, unless the item says that each of them is the answer."""
    grading = item.raw("grading")
    if grading not in (None, ANY_RIGHT):
        item.refuse(f"The grading of a single choice is {ANY_RIGHT}, or is left out.", "grading")
    elif grading is None and sum(option.correct for option in key.options) > 1:
        item.refuse(
            f'A single choice has one right option; add "grading": "{ANY_RIGHT}" where each right one is the answer.',
            "options",
        )


def _is_gift(body: Part) -> bool:
    return choices.is_gift_choice(body) and "=" in body.text


def _read_gift(body: Part, texts: TextReader) -> KeyDraft:
    answers = list(answers_of(body))
    return KeyDraft(options=choices.gift_options(answers, [_is_right(answer) for answer in answers], texts))


def _is_right(answer: GiftAnswer) -> bool:
    """Tell whether an answer is right; raises GiftError for partial credit. A penalty is read as a wrong answer."""
    weight = answer.weight
    if weight is not None and (0 < weight < FULL or weight > FULL or (answer.mark == "=" and weight != FULL)):
        raise GiftError(
            answer.body.line,
            "A single choice earns all or nothing; an answer cannot earn a part.",
        )
    return answer.mark == "=" or weight == FULL


def _penalty_loss(body: Part) -> str | None:
    if any(answer.weight is not None and answer.weight < 0 for answer in answers_of(body)):
        return "Penalties of wrong answers are not kept; a wrong choice earns 0."
    return None


RULES = KindRules(
    name="SINGLE_CHOICE",
    hint="By choosing one option.",
    description="A question that is answered by choosing one option.",
    shows=("options",),
    answer_field=choices.OPTIONS,
    check=_check,
    grade=_grade,
    read_item=_read_item,
    check_item=_check_item,
    faults=choices.option_faults,
    gift=GiftRules(recognises=_is_gift, read=_read_gift, loss=_penalty_loss),
    demo_answer=choices.right_options,
)
