"""Resolvers and batches of quiz drafts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.authoring.authored_content import AuthoredContent
from domain.authoring.questions import question_creation
from domain.authoring.questions.question_creation import QuestionWords
from domain.authoring.quizzes import creation, edits, faults, publication
from domain.authoring.quizzes.edits import GivenPool, QuizChanges
from domain.authoring.quizzes.faults import QuizFault
from domain.authoring.stores.quiz_drafts import QuizDraft
from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty, Question
from domain.content.quizzes import Feedback, Quiz
from domain.edits import UNCHANGED, Edit
from domain.ids import QuestionId, QuizDraftId, QuizId
from domain.refusals import all_at_once
from resolvers.authoring.authored_content import GivenImage, GivenKey
from resolvers.batches import Rows, batch
from resolvers.context import Context


class SentPool(Protocol):
    """A pool, as a client sends it."""

    def read(self) -> GivenPool:
        """Return the pool."""


@batch(Rows.VIEWER)
async def quiz_drafts_by_id(context: Context, ids: list[QuizDraftId]) -> list[QuizDraft | None]:
    """Load the viewer's own drafts of quizzes."""
    async with context.open_reads() as reads:
        return await reads.quiz_drafts.by_ids(ids, author_id=context.user_id)


@batch(Rows.VIEWER)
async def quiz_drafts_of_content(context: Context, ids: list[str]) -> list[QuizDraft | None]:
    """Load the viewer's own drafts by their ids, or by those of the quizzes that they will replace."""
    async with context.open_reads() as reads:
        return await reads.quiz_drafts.of_content(ids, author_id=context.user_id)


@batch(Rows.VIEWER)
async def faults_by_draft(context: Context, ids: list[QuizDraftId]) -> list[list[QuizFault]]:
    """Load what keeps drafts of the viewer's from being published."""
    async with context.open_reads() as reads:
        drafts = await reads.quiz_drafts.by_ids(ids, author_id=context.user_id)
        there = list({draft.id: draft for draft in drafts if draft is not None}.values())
        found = await faults.faults_of(reads, there, now=context.now())
    by_id = {draft.id: each for draft, each in zip(there, found, strict=True)}
    return [by_id.get(id_, []) for id_ in ids]


@batch(Rows.VIEWER)
async def own_questions_by_ids(context: Context, keys: list[tuple[QuestionId, ...]]) -> list[list[Question]]:
    """Load lists of the viewer's own questions, without their keys; a key is the ids of one list."""
    wanted = list(dict.fromkeys(id_ for key in keys for id_ in key))
    if not wanted:
        return [[] for _ in keys]
    async with context.open_reads() as reads:
        found = await reads.authored.questions(wanted, author_id=context.user_id)
    known = {question.id: question for question in found if question is not None}
    return [[known[id_] for id_ in key if id_ in known] for key in keys]


async def create_quiz(
    context: Context, *, slug: str, title: str, exam_type: str, idempotency_key: str, description: str = ""
) -> QuizDraft:
    """Create a draft of a quiz of the caller's."""
    async with context.open_work() as work:
        return await creation.create(
            work,
            context.act(),
            slug=slug,
            title=title,
            description=description,
            exam_type=exam_type,
            key=idempotency_key,
        )


async def start_quiz_draft(context: Context, *, quiz_id: QuizId) -> QuizDraft:
    """Begin a draft that is a copy of a quiz of the caller's."""
    async with context.open_work() as work:
        return await creation.start(work, context.act(), quiz_id=quiz_id)


async def edit_quiz_draft(
    context: Context,
    *,
    draft_id: QuizDraftId,
    version: int,
    slug: Edit[str | None] = UNCHANGED,
    title: Edit[str | None] = UNCHANGED,
    description: Edit[str | None] = UNCHANGED,
    time_limit_minutes: Edit[int | None] = UNCHANGED,
    pass_mark: Edit[int | None] = UNCHANGED,
    feedback: Edit[Feedback | None] = UNCHANGED,
    opens_at: Edit[datetime | None] = UNCHANGED,
    closes_at: Edit[datetime | None] = UNCHANGED,
    attempts_allowed: Edit[int | None] = UNCHANGED,
    cool_down_minutes: Edit[int | None] = UNCHANGED,
    shuffle_questions: Edit[bool | None] = UNCHANGED,
    shuffle_options: Edit[bool | None] = UNCHANGED,
    question_ids: Edit[list[QuestionId] | None] = UNCHANGED,
    pools: Edit[Sequence[SentPool] | None] = UNCHANGED,
) -> QuizDraft:
    """Edit a draft of the caller's."""
    given: Edit[list[GivenPool] | None] = UNCHANGED
    if pools is not UNCHANGED:
        given = None if pools is None else [pool.read() for pool in pools]
    changes = QuizChanges(
        slug=slug,
        title=title,
        description=description,
        time_limit=_minutes(time_limit_minutes),
        pass_mark=pass_mark,
        feedback=feedback,
        opens_at=opens_at,
        closes_at=closes_at,
        attempts_allowed=attempts_allowed,
        cool_down=_minutes(cool_down_minutes),
        shuffle_questions=shuffle_questions,
        shuffle_options=shuffle_options,
        question_ids=question_ids,
        pools=given,
    )
    async with context.open_work() as work:
        return await edits.edit(work, context.act(), draft_id=draft_id, version=version, changes=changes)


def _minutes(sent: Edit[int | None]) -> Edit[timedelta | None]:
    return sent if sent is UNCHANGED or sent is None else timedelta(minutes=sent)


async def discard_quiz_draft(context: Context, *, draft_id: QuizDraftId, version: int) -> QuizDraft:
    """Delete a draft of the caller's."""
    async with context.open_work() as work:
        return await edits.discard(work, context.act(), draft_id=draft_id, version=version)


async def publish_quiz(context: Context, *, draft_id: QuizDraftId, version: int) -> Quiz:
    """Publish a draft of the caller's."""
    async with context.open_work() as work:
        return await publication.publish(work, context.act(), draft_id=draft_id, version=version)


async def create_question(
    context: Context,
    *,
    exam_type: str,
    domain: str,
    kind: QuestionKind,
    prompt: str,
    key: GivenKey,
    idempotency_key: str,
    difficulty: Difficulty = Difficulty.MEDIUM,
    prompt_format: PromptFormat = PromptFormat.PLAIN,
    explanation: str = "",
    images: list[GivenImage] | None = None,
) -> AuthoredContent:
    """Add a question to the caller's bank."""
    async with context.open_work() as work:
        with all_at_once() as each:
            words = QuestionWords(
                exam_type=exam_type,
                domain=domain,
                kind=kind,
                difficulty=difficulty,
                prompt=prompt,
                prompt_format=prompt_format,
                explanation=explanation,
                key=key.read(each),
                images=[image.read() for image in images or []],
            )
            return await question_creation.create(work, context.act(), words=words, key=idempotency_key)
