"""Chat handlers: what a worker runs for answers, titles and suggested questions of explore chats."""

import asyncio
from functools import partial
from typing import Any

from domain.acts import Act
from domain.ai.errors import AiOutputRefusedError, AiPaceReachedError, AiQuotaReachedError
from domain.chats import answer_requests, chat_answers, chat_jobs
from domain.chats.answer_requests import SUGGESTIONS
from domain.chats.chat_answers import Answered, OpenAnswer
from domain.chats.chat_jobs import ANSWER_LIMIT, AnswerArguments
from domain.chats.chat_messages import AnswerState
from domain.errors import DomainError
from domain.jobs.job_kinds import NoArguments
from domain.jobs.runs import JobTakenOverError
from domain.threads import content_chats
from domain.work import Work
from gateway.jobs.areas.answer_writers import AnswerWriter
from gateway.jobs.handlers import Handlers, InSteps, InTransaction, JobContext, metered

_BATCH = 200


async def answer_chat(context: JobContext, arguments: AnswerArguments) -> dict[str, Any]:
    """Write one answer in pieces; an error ends it as failed at once, with its reason."""
    async with context.open_work() as work:
        begun = await chat_answers.begin(
            work,
            context.act(),
            arguments,
            job_id=context.job.id,
            material_of=partial(content_chats.material_of, work, context.act()),
        )
    if begun is None:
        return {"outcome": "ENDED"}
    try:
        async with asyncio.timeout(ANSWER_LIMIT.total_seconds()):
            return {"outcome": await _written(context, begun)}
    except JobTakenOverError:
        raise
    except AiPaceReachedError:
        async with context.open_work() as work:
            await chat_answers.wait(work, begun.message)
        raise
    except Exception as error:
        async with context.open_work() as work:
            await chat_answers.fail(work, context.act(), arguments.message_id, error, job_id=context.job.id)
        if isinstance(error, DomainError):
            return {"outcome": error.code}
        raise


async def _written(context: JobContext, begun: OpenAnswer) -> str:
    """Store the pieces of an answer as they come; return how it ended."""
    writer = AnswerWriter(context, begun)
    if not await writer.follow(context.ports.assistant.stream(begun.request)):
        return AnswerState.CANCELLED.value
    async with context.open_work() as work:
        is_ended = await chat_answers.end(work, context.act(), begun, writer.how)
    return writer.how.state.value if is_ended else AnswerState.CANCELLED.value


async def entitle_chat(context: JobContext, arguments: AnswerArguments) -> dict[str, Any]:
    """Make the title of a chat that has none."""
    found = await _answered(context, arguments)
    if found is None or found.chat.title is not None:
        return {"outcome": "NOT_NEEDED"}
    async with context.ports.open_reads(metered()) as reads:
        roles = frozenset(await reads.users.roles_of(arguments.user_id) or [])
    request = answer_requests.title_request(found.chat, found.message, roles)
    try:
        written = await context.ports.assistant.text(request)
    except (AiQuotaReachedError, AiOutputRefusedError) as refusal:
        return {"outcome": refusal.code}
    title = answer_requests.title_of(written.value)
    if not title:
        return {"outcome": AiOutputRefusedError.code}
    async with context.open_work() as work:
        is_kept = await work.chats.entitle(found.chat.id, title=title)
    return {"outcome": "KEPT" if is_kept else "NOT_NEEDED"}


async def suggest_chat_questions(context: JobContext, arguments: AnswerArguments) -> dict[str, Any]:
    """Make the questions that a chat suggests after an answer."""
    found = await _answered(context, arguments)
    if found is None or found.chat.suggested_after >= found.message.number:
        return {"outcome": "NOT_NEEDED"}
    async with context.ports.open_reads(metered()) as reads:
        roles = frozenset(await reads.users.roles_of(arguments.user_id) or [])
    request = answer_requests.suggestion_request(found.chat, found.message, roles)
    try:
        written = await context.ports.assistant.write(request, SUGGESTIONS)
    except (AiQuotaReachedError, AiOutputRefusedError) as refusal:
        return {"outcome": refusal.code}
    async with context.open_work() as work:
        is_kept = await work.chats.suggest(
            found.chat.id,
            questions=written.value,
            after=found.message.number,
            writing=found.message.writing,
        )
    return {"outcome": "KEPT" if is_kept else "NOT_NEEDED"}


async def _answered(context: JobContext, arguments: AnswerArguments) -> Answered | None:
    async with context.ports.open_reads(metered()) as reads:
        return await chat_answers.answered(reads, arguments)


async def end_lost_answers(work: Work, act: Act, _arguments: NoArguments) -> dict[str, Any]:
    """End answers whose jobs have ended without them."""
    return {"ended": await chat_answers.end_lost(work, act, limit=_BATCH)}


HANDLERS: Handlers = {
    chat_jobs.ANSWER.name: InSteps(answer_chat),
    chat_jobs.ENTITLE.name: InSteps(entitle_chat),
    chat_jobs.SUGGEST.name: InSteps(suggest_chat_questions),
    chat_jobs.END_LOST.name: InTransaction(end_lost_answers),
}
"""The handler of each kind, by its name."""
