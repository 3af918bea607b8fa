"""Batches of assessment: attempts, their questions, reviews and XP."""

from domain.assessment import answer_reveal
from domain.assessment.answer_reveal import SlotReveal
from domain.assessment.answer_shares import AnswerShares
from domain.assessment.attempt_reviews import AttemptReview
from domain.assessment.attempts import AttemptSlot, Place, QuizAttempt
from domain.content.drawing import option_orders
from domain.content.questions import Question
from domain.gamification.xp import Earned
from domain.ids import AttemptId, QuestionId
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def attempts_by_id(context: Context, ids: list[AttemptId]) -> list[QuizAttempt | None]:
    """Load the viewer's attempts; those of other learners stay empty."""
    async with context.open_reads() as reads:
        return await reads.attempts.by_ids(ids, user_id=context.user_id)


@batch(Rows.VIEWER)
async def slots_by_attempt(context: Context, ids: list[AttemptId]) -> list[list[AttemptSlot]]:
    """Load the slots of the viewer's attempts, by number."""
    async with context.open_reads() as reads:
        return await reads.attempts.slots(ids, user_id=context.user_id)


@batch(Rows.PUBLIC)
async def questions_asked(context: Context, asked: list[tuple[QuestionId, int]]) -> list[Question | None]:
    """Load questions without their keys, with the options in the order that the attempt's seed gives them."""
    async with context.open_reads() as reads:
        found = await reads.questions.by_ids(list(dict.fromkeys(question_id for question_id, _ in asked)))
    questions = {question.id: question for question in found if question}
    return [
        option_orders.in_order_of(questions[question_id], seed) if question_id in questions else None
        for question_id, seed in asked
    ]


@batch(Rows.VIEWER)
async def questions_by_id(context: Context, ids: list[QuestionId]) -> list[Question | None]:
    """Load questions that the viewer was asked, as the latest attempt shows them."""
    async with context.open_reads() as reads:
        asked = await reads.attempts.asked(ids, user_id=context.user_id)
    wanted = [each for each in asked if each is not None]
    found = dict(zip(wanted, await questions_asked.load(context, wanted), strict=True)) if wanted else {}
    return [each and found[each] for each in asked]


@batch(Rows.VIEWER)
async def reveals_by_slot(context: Context, places: list[Place]) -> list[SlotReveal | None]:
    """Load what was right in slots of the viewer's closed attempts; every other slot stays empty."""
    async with context.open_reads() as reads:
        return await answer_reveal.reveal(reads, places, user_id=context.user_id)


@batch(Rows.VIEWER)
async def shares_by_slot(context: Context, places: list[Place]) -> list[AnswerShares | None]:
    """Load how others answered in slots of the viewer's closed attempts; every other slot stays empty."""
    async with context.open_reads() as reads:
        return await answer_reveal.answers_of_others(reads, places, user_id=context.user_id)


@batch(Rows.VIEWER)
async def reviews_by_attempt(context: Context, ids: list[AttemptId]) -> list[AttemptReview | None]:
    """Load the reviews of the viewer's graded attempts."""
    async with context.open_reads() as reads:
        return await reads.attempts.reviews(ids, user_id=context.user_id)


@batch(Rows.VIEWER)
async def holders_by_attempt(context: Context, ids: list[AttemptId]) -> list[QuizAttempt | None]:
    """Load the open attempts that withhold the results of the viewer's submitted ones."""
    async with context.open_reads() as reads:
        return await reads.attempts.holders(ids, user_id=context.user_id)


@batch(Rows.VIEWER)
async def xp_by_attempt(context: Context, ids: list[AttemptId]) -> list[Earned]:
    """Load what the viewer's attempts earned."""
    async with context.open_reads() as reads:
        found = await reads.xp.of_attempts(ids, viewer_id=context.user_id)
    return [Earned(entries=entries) for entries in found]
