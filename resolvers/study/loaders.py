"""Batches of study mode, all of the viewer alone."""

from domain.assessment import answer_reveal
from domain.assessment.answer_reveal import SlotReveal
from domain.content.exam_types import ExamDomain
from domain.ids import ExamDomainId, StudySessionId
from domain.paging import Page, Window
from domain.study.study_sessions import StudyPlace, StudySession, StudySlot
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def study_sessions_by_id(context: Context, ids: list[StudySessionId]) -> list[StudySession | None]:
    """Load the viewer's study sessions; those of other learners stay empty."""
    async with context.open_reads() as reads:
        return await reads.study_sessions.by_ids(ids, user_id=context.user_id)


@batch(Rows.PUBLIC)
async def domains_by_choice(
    context: Context, choices: list[tuple[ExamDomainId, ...]]
) -> list[list[ExamDomain]]:
    """Load the domains of each choice, all in one statement."""
    ids = list(dict.fromkeys(id_ for choice in choices for id_ in choice))
    if not ids:
        return [[] for _ in choices]
    async with context.open_reads() as reads:
        known = {domain.id: domain for domain in await reads.exam_types.domains_by_ids(ids) if domain}
    return [[known[id_] for id_ in choice if id_ in known] for choice in choices]


@batch(Rows.VIEWER)
async def current_slots_by_session(context: Context, ids: list[StudySessionId]) -> list[StudySlot | None]:
    """Load the slot of each session that is neither answered nor skipped."""
    async with context.open_reads() as reads:
        return await reads.study_sessions.current(ids, user_id=context.user_id)


@batch(Rows.VIEWER)
async def slots_by_session(
    context: Context, ids: list[StudySessionId], *, window: Window, is_answered: bool | None = None
) -> list[Page[StudySlot]]:
    """Load a page of the slots of each session, latest first."""
    async with context.open_reads() as reads:
        return await reads.study_sessions.slots(ids, window, user_id=context.user_id, is_answered=is_answered)


@batch(Rows.VIEWER)
async def right_answers_by_session(context: Context, ids: list[StudySessionId]) -> list[int | None]:
    """Load how many answers of each session earned full credit; none where that would tell a key."""
    async with context.open_reads() as reads:
        return await reads.study_sessions.right_answers(ids, user_id=context.user_id)


@batch(Rows.VIEWER)
async def reveals_by_study_slot(context: Context, places: list[StudyPlace]) -> list[SlotReveal | None]:
    """Load what was right in answered slots; one whose question an open attempt asks stays empty."""
    async with context.open_reads() as reads:
        found = await reads.study_sessions.revealed(places, user_id=context.user_id)
        return await answer_reveal.revealed(reads, found)
