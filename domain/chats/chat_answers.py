"""Chat answers: a job begins one, adds pieces to it and ends it; its learner may cancel it."""

from collections.abc import Awaitable, Callable

from domain.acts import Act
from domain.ai.requests import AiRequest
from domain.chats import answer_requests, chat_jobs, chat_messages
from domain.chats.chat_errors import AnswerEndedError
from domain.chats.chat_jobs import AnswerArguments
from domain.chats.chat_messages import AnswerEnd, AnswerState, ChatMessage
from domain.chats.chats import Chat
from domain.chats.work import ChatsWork
from domain.entities import entity
from domain.errors import DomainError
from domain.ids import ChatMessageId, JobId
from domain.jobs import job_starts
from domain.jobs.job_kinds import JobKind
from domain.jobs.job_starts import JobRequest

LOST = AnswerEnd(
    state=AnswerState.FAILED,
    failure="ANSWER_LOST",
    failure_message="The answer was interrupted; have it written anew with retryChatAnswer.",
)
"""How an answer ends whose job is gone."""
_UNEXPECTED = AnswerEnd(
    state=AnswerState.FAILED,
    failure="INTERNAL_SERVER_ERROR",
    failure_message="Something went wrong on our side; have the answer written anew with retryChatAnswer.",
)
_TOO_LONG = AnswerEnd(
    state=AnswerState.FAILED,
    failure="TIMEOUT",
    failure_message="The answer took too long; have it written anew with retryChatAnswer.",
)
EMPTY = AnswerEnd(
    state=AnswerState.FAILED,
    failure="AI_OUTPUT_REFUSED",
    failure_message="The answer was empty; have it written anew with retryChatAnswer.",
)


@entity
class OpenAnswer:
    """An answer that a job has begun, and what a language model is asked for."""

    message: ChatMessage
    request: AiRequest


@entity
class Answered:
    """A chat and an answered message of it."""

    chat: Chat
    message: ChatMessage


async def begin(
    work: ChatsWork,
    act: Act,
    arguments: AnswerArguments,
    *,
    job_id: JobId,
    material_of: Callable[[Chat], Awaitable[str | None]] | None = None,
) -> OpenAnswer | None:
    """Begin an answer from its start; None where it is ended, gone, or written by another job.

    `material_of` reads the text of the object that a chat belongs to, which the language model gets as quoted data.
    """
    message = await work.chat_messages.begin(arguments.message_id, job_id=job_id, now=act.now)
    if message is None:
        return None
    (chat,) = await work.chats.by_ids([message.chat_id], user_id=arguments.user_id)
    roles = await work.users.roles_of(arguments.user_id)
    if chat is None or roles is None:
        return None
    earlier = await work.chat_messages.turns(chat.id, before=message.number, limit=answer_requests.MOST_TURNS)
    work.emit(chat_messages.message_signal(message.id, f"{message.writing}:0"))
    material = None if material_of is None or chat.origin_id is None else await material_of(chat)
    request = answer_requests.answer_request(chat, message, earlier, frozenset(roles), material=material)
    return OpenAnswer(message=message, request=request)


async def append(work: ChatsWork, message: ChatMessage, text: str, *, length: int) -> bool:
    """Add to an answer, which has `length` characters then; tells whether it is to be written still."""
    is_added = await work.chat_messages.append(message.id, writing=message.writing, text=text)
    if is_added:
        work.emit(chat_messages.message_signal(message.id, f"{message.writing}:{length}"))
    return is_added


async def end(work: ChatsWork, act: Act, open_answer: OpenAnswer, how: AnswerEnd) -> bool:
    """End an answer and count it; jobs make suggested questions and a title. Tells whether it was in this writing."""
    begun = open_answer.message
    message = await work.chat_messages.end(begun.id, how, writing=begun.writing, now=act.now)
    if message is None:
        return False
    chat = await work.chats.count_answer(message.chat_id, tokens=how.tokens)
    work.emit(chat_messages.message_signal(message.id, how.state.value))
    if chat is not None and how.state is AnswerState.DONE:
        arguments = AnswerArguments(message_id=message.id, user_id=open_answer.request.caller_id)
        for kind in (chat_jobs.ENTITLE, chat_jobs.SUGGEST) if chat.title is None else (chat_jobs.SUGGEST,):
            await _follow(work, act, kind, arguments)
    return True


async def wait(work: ChatsWork, message: ChatMessage) -> None:
    """Take an answer back that has to wait, as for the pace of its learner; its job begins it again."""
    if await work.chat_messages.wait(message.id, writing=message.writing):
        work.emit(chat_messages.message_signal(message.id, AnswerState.WAITING.value))


async def fail(
    work: ChatsWork, act: Act, message_id: ChatMessageId, error: Exception, *, job_id: JobId
) -> None:
    """End the answer of a job as failed, with the sentence of a refusal or one of ours."""
    if await work.chat_messages.fail_waiting(message_id, failure_of(error), job_id=job_id, now=act.now):
        work.emit(chat_messages.message_signal(message_id, AnswerState.FAILED.value))


async def cancel(work: ChatsWork, act: Act, *, message_id: ChatMessageId) -> ChatMessage:
    """Cancel an answer of the actor's; what is written of it stays. Raises NotFoundError or AnswerEndedError."""
    message = await work.chat_messages.cancel(message_id, user_id=act.user_id, now=act.now)
    if message is None:
        (known,) = await work.chat_messages.by_ids([message_id], user_id=act.user_id)
        if known is None:
            raise chat_messages.no_such_message(field="messageId")
        raise AnswerEndedError(
            "This answer is ended; have it written anew with retryChatAnswer.", field="messageId"
        )
    work.emit(chat_messages.message_signal(message.id, message.state.value))
    return message


async def end_lost(work: ChatsWork, act: Act, *, limit: int) -> int:
    """End answers whose jobs ended without them, at most `limit`; return how many."""
    ended = await work.chat_messages.fail_lost(LOST, now=act.now, limit=limit)
    for message_id in ended:
        work.emit(chat_messages.message_signal(message_id, AnswerState.FAILED.value))
    return len(ended)


async def answered(work: ChatsWork, arguments: AnswerArguments) -> Answered | None:
    """Return a message that is answered, with its chat; None where it is gone or written anew."""
    (message,) = await work.chat_messages.by_ids([arguments.message_id], user_id=arguments.user_id)
    if message is None or message.state is not AnswerState.DONE:
        return None
    (chat,) = await work.chats.by_ids([message.chat_id], user_id=arguments.user_id)
    return None if chat is None else Answered(chat=chat, message=message)


def failure_of(error: Exception) -> AnswerEnd:
    """Return how an answer ends with an error: a refusal tells its sentence, any other one nothing of itself."""
    if isinstance(error, DomainError):
        return AnswerEnd(state=AnswerState.FAILED, failure=error.code, failure_message=error.message)
    return _TOO_LONG if isinstance(error, TimeoutError) else _UNEXPECTED


async def _follow(work: ChatsWork, act: Act, kind: JobKind, arguments: AnswerArguments) -> None:
    await job_starts.start(work, act, kind, JobRequest(arguments=arguments, user_id=arguments.user_id))
