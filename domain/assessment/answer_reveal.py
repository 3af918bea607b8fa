"""Answer reveal: shows a learner what was right, and why, once the attempt is closed."""

from collections.abc import Sequence

from domain.assessment.attempts import Place
from domain.assessment.work import AssessmentWork
from domain.content import grading
from domain.content.answer_keys import AcceptedText, AnswerKey
from domain.entities import entity
from domain.ids import OptionId, UserId


@entity
class AcceptedRange:
    """Numbers from `low` to `high`, both included and written in decimal, that earn `weight` percent."""

    low: str
    high: str
    weight: int


@entity
class RevealedKey:
    """The answer key for its learner; only the fields of the question's kind are filled."""

    correct_option_ids: list[OptionId]
    truth: bool | None
    accepted_texts: list[AcceptedText]
    accepted_ranges: list[AcceptedRange]


@entity
class OptionFeedback:
    """The author's feedback to one answer; `answer` is an option's id or the answer itself, `*` every other."""

    answer: str
    text: str


@entity
class SlotReveal:
    """The parts of a slot that are secret until its attempt is closed."""

    credit: float
    key: RevealedKey
    explanation: str
    option_feedback: list[OptionFeedback]


async def reveal(
    work: AssessmentWork, places: Sequence[Place], *, user_id: UserId
) -> list[SlotReveal | None]:
    """Return one slot per place, filled only where the store lets the user see what was right."""
    slots = await work.attempts.revealed(places, user_id=user_id)
    asked = list(dict.fromkeys(slot.question_id for slot in slots if slot))
    if not asked:
        return [None] * len(places)
    questions = {question.id: question for question in await work.questions.by_ids(asked) if question}
    keys = {key.question_id: key for key in await work.questions.keys_by_ids(asked) if key}
    found: list[SlotReveal | None] = []
    for slot in slots:
        if slot is None or slot.question_id not in keys:
            found.append(None)
            continue
        key = keys[slot.question_id]
        credit = 0.0
        if slot.answer is not None:
            credit = float(grading.grade(questions[slot.question_id], key, slot.answer))
        found.append(shown(key, credit))
    return found


def shown(key: AnswerKey, credit: float = 0.0) -> SlotReveal:
    """Return a key as its learner sees it; the caller has to know that it may be shown."""
    return SlotReveal(
        credit=credit,
        key=RevealedKey(
            correct_option_ids=sorted(key.correct_options),
            truth=key.truth,
            accepted_texts=key.texts,
            accepted_ranges=[
                AcceptedRange(low=format(n.low, "f"), high=format(n.high, "f"), weight=n.weight)
                for n in key.numbers
            ],
        ),
        explanation=key.explanation,
        option_feedback=[OptionFeedback(answer=a, text=t) for a, t in key.option_feedback.items()],
    )
