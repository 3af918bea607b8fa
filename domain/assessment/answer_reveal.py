"""Answer reveal: shows a learner what was right, and why, once the attempt is closed."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Protocol

from domain.assessment import answer_shares
from domain.assessment.answer_shares import AnswerShares
from domain.assessment.attempts import Place
from domain.assessment.work import AssessmentWork
from domain.content import grading
from domain.content.answer_keys import AcceptedNumber, AcceptedText, AnswerKey, PartKey
from domain.content.answers import Answer, Pair
from domain.content.drawing import option_counterparts
from domain.content.questions import Question
from domain.content.work import ContentWork
from domain.entities import entity
from domain.ids import OptionId, QuestionId, UserId


@entity
class AcceptedRange:
    """Numbers from `low` to `high`, both included and written in decimal, that earn `weight` percent."""

    low: str
    high: str
    weight: int


@entity
class RevealedBlank:
    """What is right about a blank: an option, or accepted texts or ranges."""

    number: int
    option: OptionId | None
    accepted_texts: list[AcceptedText]
    accepted_ranges: list[AcceptedRange]


@entity
class RevealedKey:
    """The answer key for its learner; only the fields of the question's kind are filled."""

    correct_option_ids: list[OptionId]
    truth: bool | None
    accepted_texts: list[AcceptedText]
    accepted_ranges: list[AcceptedRange]
    pairs: list[Pair]
    order: list[OptionId]
    blanks: list[RevealedBlank]


@entity
class OptionFeedback:
    """The author's feedback to one answer; `answer` is an option's id or the answer itself, `*` every other."""

    answer: str
    text: str


@entity
class SlotReveal:
    """The parts of a slot that are secret until its attempt is closed; after a regrade the key is the corrected one."""

    credit: float
    key: RevealedKey
    explanation: str
    option_feedback: list[OptionFeedback]
    corrected: bool = False


class ShownSlot(Protocol):
    """A slot that a store lets its learner see what was right about, with the answer, if there is one."""

    @property
    def question_id(self) -> QuestionId:
        """The question."""

    @property
    def answer(self) -> Answer | None:
        """The answer."""

    @property
    def credit(self) -> Fraction | None:
        """What the answer was graded with, None where it is to be graded by the key."""

    @property
    def corrected_by(self) -> QuestionId | None:
        """The later version whose key the answer was graded again by, None where there was no regrade."""


async def reveal(
    work: AssessmentWork, places: Sequence[Place], *, user_id: UserId
) -> list[SlotReveal | None]:
    """Return one slot per place, filled only where the store lets the user see what was right."""
    return await revealed(work, await work.attempts.revealed(places, user_id=user_id))


async def revealed(work: ContentWork, slots: Sequence[ShownSlot | None]) -> list[SlotReveal | None]:
    """Return what was right about each slot; None stays None."""
    shown_slots = [slot for slot in slots if slot]
    asked = list(
        dict.fromkeys(id_ for slot in shown_slots for id_ in (slot.question_id, slot.corrected_by) if id_)
    )
    if not asked:
        return [None] * len(slots)
    questions = {question.id: question for question in await work.questions.by_ids(asked) if question}
    keys = {key.question_id: key for key in await work.questions.keys_by_ids(asked) if key}
    found: list[SlotReveal | None] = []
    for slot in slots:
        if slot is None or slot.question_id not in keys:
            found.append(None)
            continue
        question, key = questions[slot.question_id], keys[slot.question_id]
        credit = 0.0
        if slot.credit is not None:
            credit = float(slot.credit)
        elif slot.answer is not None:
            credit = float(grading.grade(question, key, slot.answer))
        if slot.corrected_by in keys:
            newer = questions[slot.corrected_by]
            key = option_counterparts.key_for(question, newer, keys[slot.corrected_by])
        reveal_ = shown(question, key, credit)
        found.append(replace(reveal_, corrected=slot.corrected_by in keys))
    return found


async def answers_of_others(
    work: AssessmentWork, places: Sequence[Place], *, user_id: UserId
) -> list[AnswerShares | None]:
    """Return how others answered: one slot per place, filled only where the user may see what was right."""
    slots = await work.attempts.revealed(places, user_id=user_id)
    asked = list(dict.fromkeys(slot.question_id for slot in slots if slot))
    if not asked:
        return [None] * len(places)
    counted = await work.attempts.answers_of_others(asked, user_id=user_id)
    shares = dict(zip(asked, map(answer_shares.shares_of, counted), strict=True))
    return [None if slot is None else shares[slot.question_id] for slot in slots]


def shown(question: Question, key: AnswerKey, credit: float = 0.0) -> SlotReveal:
    """Return a key as its learner sees it; the caller has to know that it may be shown."""
    is_ordered = not question.prompts and not question.blanks
    return SlotReveal(
        credit=credit,
        key=RevealedKey(
            correct_option_ids=sorted(key.correct_options),
            truth=key.truth,
            accepted_texts=key.texts,
            accepted_ranges=_ranges(key.numbers),
            pairs=[
                Pair(prompt=prompt.number, option=part.option)
                for prompt, part in zip(question.prompts, key.parts, strict=False)
                if part.option is not None
            ],
            order=[part.option for part in key.parts if part.option is not None] if is_ordered else [],
            blanks=[
                _blank(blank.number, part) for blank, part in zip(question.blanks, key.parts, strict=False)
            ],
        ),
        explanation=key.explanation,
        option_feedback=[OptionFeedback(answer=a, text=t) for a, t in key.option_feedback.items()],
    )


def _blank(number: int, part: PartKey) -> RevealedBlank:
    return RevealedBlank(
        number=number,
        option=part.option,
        accepted_texts=part.texts,
        accepted_ranges=_ranges(part.numbers),
    )


def _ranges(numbers: Sequence[AcceptedNumber]) -> list[AcceptedRange]:
    return [AcceptedRange(low=format(n.low, "f"), high=format(n.high, "f"), weight=n.weight) for n in numbers]
