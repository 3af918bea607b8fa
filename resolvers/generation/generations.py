"""Resolvers of generations."""

from collections.abc import Sequence
from typing import Protocol

from domain.accounts import roles
from domain.accounts.users import Role, Viewer
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.entities import entity
from domain.generation import content_ratings, generation_starts, regenerations
from domain.generation.generation_starts import QuizSource
from domain.generation.generations import (
    Generation,
    GenerationFilter,
    GenerationKind,
    GenerationState,
    LearnerLevel,
)
from domain.generation.ratings import AnswerRatings, ContentRating, RatingFilter
from domain.ids import AttemptId, ChatMessageId, GenerationId
from domain.jobs.jobs import Job
from domain.paging import Page, Window
from domain.work import Work
from resolvers.ai.quotas import quota_of_caller
from resolvers.context import Context


class SentSource(Protocol):
    """The source of a quiz, as a client sends it."""

    def read(self) -> QuizSource:
        """Return the source."""


@entity
class StartedGeneration:
    """A generation with its job, which is None once it was removed."""

    generation: Generation
    job: Job | None


async def viewer_generations(
    viewer: Viewer,
    context: Context,
    *,
    kind: GenerationKind | None = None,
    state: GenerationState | None = None,
    window: Window,
) -> Page[Generation]:
    """Return a page of the caller's generations, newest first."""
    asked = GenerationFilter(kind=kind, state=state)
    async with context.open_reads() as reads:
        return await reads.generations.page(asked, window, user_id=viewer.user_id)


async def generate_roadmap(
    context: Context,
    *,
    topic: str,
    hours_per_week: int,
    idempotency_key: str,
    level: LearnerLevel = LearnerLevel.BEGINNER,
    goal: str = "",
) -> StartedGeneration:
    """Start writing a roadmap for the caller."""
    async with context.open_work() as work:
        generation = await generation_starts.generate_roadmap(
            work,
            context.act(),
            topic=topic,
            level=level,
            hours=hours_per_week,
            goal=goal,
            key=idempotency_key,
            quota=quota_of_caller(context),
        )
        return await _started(work, generation)


async def generate_quiz(
    context: Context,
    *,
    source: SentSource,
    idempotency_key: str,
    exam_type: str = "general",
    count: int = 5,
    difficulty: Difficulty = Difficulty.MEDIUM,
    kinds: Sequence[QuestionKind] | None = None,
) -> StartedGeneration:
    """Start writing a quiz for the caller."""
    async with context.open_work() as work:
        generation = await generation_starts.generate_quiz(
            work,
            context.act(),
            source=source.read(),
            exam_type=exam_type,
            count=count,
            difficulty=difficulty,
            kinds=[QuestionKind.SINGLE_CHOICE] if kinds is None else list(kinds),
            key=idempotency_key,
            quota=quota_of_caller(context),
        )
        return await _started(work, generation)


async def explain_answer(
    context: Context, *, attempt_id: AttemptId, slot: int, idempotency_key: str
) -> StartedGeneration:
    """Start explaining an answer of the caller's."""
    async with context.open_work() as work:
        generation = await generation_starts.explain_answer(
            work,
            context.act(),
            attempt_id=attempt_id,
            slot=slot,
            key=idempotency_key,
            quota=quota_of_caller(context),
        )
        return await _started(work, generation)


async def regenerate_part(
    context: Context, *, generation_id: GenerationId, part: str, version: int, idempotency_key: str
) -> StartedGeneration:
    """Start writing a part of a draft of the caller's once more."""
    async with context.open_work() as work:
        generation = await regenerations.regenerate_part(
            work,
            context.act(),
            generation_id=generation_id,
            part=part,
            version=version,
            key=idempotency_key,
            quota=quota_of_caller(context),
        )
        return await _started(work, generation)


async def rate_generated_content(
    context: Context, *, target: str, is_helpful: bool, reason: str = ""
) -> ContentRating:
    """Store what the caller thinks of generated content."""
    async with context.open_work() as work:
        return await content_ratings.rate(
            work, context.act(), target=target, is_helpful=is_helpful, reason=reason
        )


async def viewer_ratings(
    viewer: Viewer,
    context: Context,
    *,
    message_id: ChatMessageId | None = None,
    is_helpful: bool | None = None,
    window: Window,
) -> Page[ContentRating]:
    """Return a page of the caller's ratings."""
    asked = RatingFilter(message_id=message_id, is_helpful=is_helpful)
    async with context.open_reads() as reads:
        return await reads.ratings.page(asked, window, user_id=viewer.user_id)


async def answer_ratings(
    context: Context, *, window: Window, model: str | None = None
) -> Page[AnswerRatings]:
    """Return a page of the counts of ratings of answers in chats, for an operator."""
    async with context.open_reads() as reads:
        await roles.require(reads.roles, user_id=context.user_id, role=Role.OPERATOR, now=context.now())
        return await reads.ratings.of_answers(window, model=model)


async def _started(work: Work, generation: Generation) -> StartedGeneration:
    (job,) = await work.jobs.by_ids([generation.job_id], viewer_id=generation.user_id, sees_all=False)
    return StartedGeneration(generation=generation, job=job)
