"""Every batch of the schema, named after the edge it loads, with the row rule that its SQL enforces."""

from domain import revealing, starting
from domain.attempts import AttemptReview, AttemptSlot, Place, QuizAttempt
from domain.ids import AttemptId, ExamDomainId, ExamTypeId, QuestionId, QuizId, UserId
from domain.questions import Question
from domain.quizzes import ExamDomain, ExamType, Quiz
from domain.revealing import SlotReveal
from domain.rows import Columns, Row
from domain.users import Account, User
from domain.xp import Earned
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.PUBLIC)
async def users_by_id(context: Context, ids: list[UserId]) -> list[User | None]:
    """Load profiles; what their owners hide from the viewer is left out."""
    async with context.open_reads() as reads:
        return await reads.users.by_ids(ids, viewer_id=context.viewer_id)


@users_by_id.narrowed(User, unpromised=("xp_total",))
async def _(context: Context, ids: list[UserId], columns: Columns) -> list[Row | None]:
    async with context.open_reads() as reads:
        return await reads.users.rows_by_ids(ids, columns, viewer_id=context.viewer_id)


@batch(Rows.VIEWER)
async def accounts_by_user(context: Context, ids: list[UserId]) -> list[Account | None]:
    """Load the viewer's own account; everybody else's slot stays empty."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.users.accounts_by_ids(ids, viewer_id=context.user_id)


@batch(Rows.PUBLIC)
async def exam_types_by_id(context: Context, ids: list[ExamTypeId]) -> list[ExamType | None]:
    """Load exam types."""
    async with context.open_reads() as reads:
        return await reads.exam_types.by_ids(ids)


@batch(Rows.PUBLIC)
async def exam_domains_by_id(context: Context, ids: list[ExamDomainId]) -> list[ExamDomain | None]:
    """Load domains of exam types."""
    async with context.open_reads() as reads:
        return await reads.exam_types.domains_by_ids(ids)


@batch(Rows.PUBLIC)
async def domains_by_exam_type(context: Context, ids: list[ExamTypeId]) -> list[list[ExamDomain]]:
    """Load the domains of each exam type, by code."""
    async with context.open_reads() as reads:
        return await reads.exam_types.domains_of(ids)


@batch(Rows.PUBLIC)
async def quizzes_by_id(context: Context, ids: list[QuizId]) -> list[Quiz | None]:
    """Load quizzes."""
    async with context.open_reads() as reads:
        return await reads.quizzes.by_ids(ids)


@batch(Rows.PUBLIC)
async def quizzes_by_slug(context: Context, slugs: list[str]) -> list[Quiz | None]:
    """Load quizzes by slug."""
    async with context.open_reads() as reads:
        return await reads.quizzes.by_slugs(slugs)


@batch(Rows.VIEWER)
async def attempts_by_id(context: Context, ids: list[AttemptId]) -> list[QuizAttempt | None]:
    """Load the viewer's attempts; everybody else's slots stay empty."""
    async with context.open_reads() as reads:
        return await reads.attempts.by_ids(ids, user_id=context.user_id)


@batch(Rows.VIEWER)
async def slots_by_attempt(context: Context, ids: list[AttemptId]) -> list[list[AttemptSlot]]:
    """Load the slots of the viewer's attempts, by number."""
    async with context.open_reads() as reads:
        return await reads.attempts.slots(ids, user_id=context.user_id)


@batch(Rows.PUBLIC)
async def questions_asked(context: Context, asked: list[tuple[QuestionId, int]]) -> list[Question | None]:
    """Load the faces of questions, each with its options in the order that the attempt's seed gives them."""
    async with context.open_reads() as reads:
        found = await reads.questions.by_ids(list(dict.fromkeys(question_id for question_id, _ in asked)))
    faces = {question.id: question for question in found if question}
    return [
        starting.in_order_of(faces[question_id], seed) if question_id in faces else None
        for question_id, seed in asked
    ]


@batch(Rows.VIEWER)
async def reveals_by_slot(context: Context, places: list[Place]) -> list[SlotReveal | None]:
    """Load what was right in slots of the viewer's closed attempts; every other slot stays empty."""
    async with context.open_reads() as reads:
        return await revealing.reveal(reads, places, user_id=context.user_id)


@batch(Rows.VIEWER)
async def reviews_by_attempt(context: Context, ids: list[AttemptId]) -> list[AttemptReview | None]:
    """Load the reviews of the viewer's graded attempts."""
    async with context.open_reads() as reads:
        return await reads.attempts.reviews(ids, user_id=context.user_id)


@batch(Rows.VIEWER)
async def xp_by_attempt(context: Context, ids: list[AttemptId]) -> list[Earned]:
    """Load what the viewer's attempts earned."""
    async with context.open_reads() as reads:
        found = await reads.xp.by_sources("attempt", ids, viewer_id=context.user_id)
    return [Earned(entries=entries) for entries in found]
