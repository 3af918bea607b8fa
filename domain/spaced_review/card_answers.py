"""Answers of cards: what was right, and why, once the learner asks to see it."""

from collections.abc import Sequence

from domain.assessment import answer_reveal
from domain.assessment.answer_reveal import OptionFeedback, RevealedKey
from domain.entities import entity
from domain.ids import ReviewCardId, UserId
from domain.spaced_review.work import SpacedReviewWork


@entity
class CardAnswer:
    """The side of a card with the answer."""

    key: RevealedKey
    explanation: str
    option_feedback: list[OptionFeedback]


async def reveal(
    work: SpacedReviewWork, ids: Sequence[ReviewCardId], *, user_id: UserId
) -> list[CardAnswer | None]:
    """Return one slot per card, filled for the user's own cards whose questions no open attempt of theirs asks."""
    shown = await work.review_cards.questions_shown(ids, viewer_id=user_id)
    wanted = list(dict.fromkeys(id_ for id_ in shown if id_ is not None))
    if not wanted:
        return [None] * len(ids)
    questions = {question.id: question for question in await work.questions.by_ids(wanted) if question}
    keys = [key for key in await work.questions.keys_by_ids(wanted) if key]
    found = {key.question_id: answer_reveal.shown(questions[key.question_id], key) for key in keys}
    return [
        CardAnswer(
            key=found[id_].key, explanation=found[id_].explanation, option_feedback=found[id_].option_feedback
        )
        if id_ in found
        else None
        for id_ in shown
    ]
