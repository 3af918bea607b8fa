"""Asking in explore chats: start a chat, ask, and have an answer written anew."""

from datetime import timedelta

from domain import idempotency, text
from domain.acts import Act
from domain.ai import quota_checks
from domain.ai.quotas import AiQuota
from domain.chats import chat_errors, chat_jobs, chat_messages, chats
from domain.chats.chat_errors import ChatFullError, TooManyChatsError
from domain.chats.chat_messages import LONGEST_QUESTION, AnswerState, ChatMessage
from domain.chats.chats import LONGEST_TOPIC, MOST_CHATS, MOST_MESSAGES, Chat
from domain.chats.work import ChatsWork
from domain.entities import entity
from domain.ids import ChatId, ChatMessageId, JobId
from domain.jobs import job_starts
from domain.jobs.job_starts import JobRequest
from domain.refusals import all_at_once


@entity
class Asked:
    """A chat as it is after a question, and the message of the question; None where none was asked."""

    chat: Chat
    message: ChatMessage | None


async def start(
    work: ChatsWork,
    act: Act,
    *,
    topic: str | None,
    question: str | None,
    idempotency_key: str,
    origin_id: str | None = None,
    quota: AiQuota | None = None,
) -> Asked:
    """Start a chat, about a topic or about anything, and ask its first question if there is one.

    `origin_id` is the object that the chat belongs to; the caller has checked that it is the actor's. With a `quota`, a
    question is refused that it has no room for. Raises InvalidInputErrors, TooManyChatsError, AiQuotaReachedError or
    IdempotencyKeyReusedError.
    """
    with all_at_once() as each:
        with each:
            idempotency_key = idempotency.checked_key(idempotency_key)
        with each:
            topic = None if topic is None else text.line(topic, field="topic", longest=LONGEST_TOPIC)
        with each:
            question = None if question is None else checked_question(question)
    new = _chat(act, topic, origin_id)
    count = await work.chats.lock_and_count(act.user_id)
    earlier = await idempotency.first_use(
        work.receipts,
        act,
        operation="startExploreChat",
        key=idempotency_key,
        given={"topic": topic, "question": question, "origin": origin_id},
        result_id=new.id,
    )
    if earlier is not None:
        return await _started(work, act, ChatId(earlier))
    if count >= MOST_CHATS:
        raise TooManyChatsError(f"You have {MOST_CHATS} chats; delete one that you do not need.")
    await work.chats.add(new)
    if question is None:
        return Asked(chat=new, message=None)
    await _require_quota(work, act, quota)
    return await _ask(work, act, new.id, question)


async def ask(
    work: ChatsWork,
    act: Act,
    *,
    chat_id: ChatId,
    question: str,
    idempotency_key: str,
    quota: AiQuota | None = None,
) -> Asked:
    """Ask a question in a chat of the actor's; a job answers it.

    Raises InvalidInputErrors, NotFoundError, AnswerInProgressError, ChatFullError, AiQuotaReachedError or
    IdempotencyKeyReusedError.
    """
    with all_at_once() as each:
        with each:
            idempotency_key = idempotency.checked_key(idempotency_key)
        with each:
            question = checked_question(question)
    message_id = ChatMessageId(act.mint("chatmessage"))
    earlier = await idempotency.first_use(
        work.receipts,
        act,
        operation="askExploreChat",
        key=idempotency_key,
        given={"chat_id": chat_id, "question": question},
        result_id=message_id,
    )
    if earlier is not None:
        return await _asked(work, act, ChatMessageId(earlier))
    await _require_quota(work, act, quota)
    return await _ask(work, act, chat_id, question, message_id=message_id)


async def write_anew(
    work: ChatsWork,
    act: Act,
    *,
    message_id: ChatMessageId,
    idempotency_key: str,
    quota: AiQuota | None = None,
) -> Asked:
    """Have an ended answer of the actor's written anew, in place of the one that is there.

    Raises NotFoundError, AnswerInProgressError, AiQuotaReachedError or IdempotencyKeyReusedError.
    """
    earlier = await idempotency.first_use(
        work.receipts,
        act,
        operation="retryChatAnswer",
        key=idempotency_key,
        given={"message_id": message_id},
        result_id=message_id,
    )
    if earlier is not None:
        return await _asked(work, act, message_id)
    await _require_quota(work, act, quota)
    job_id = JobId(act.mint("job"))
    message = await work.chat_messages.write_anew(message_id, user_id=act.user_id, job_id=job_id)
    if message is None:
        (known,) = await work.chat_messages.by_ids([message_id], user_id=act.user_id)
        if known is None:
            raise chat_messages.no_such_message(field="messageId")
        raise chat_errors.answer_in_progress()
    await work.chats.drop_suggestions(message.chat_id, after=message.number)
    await _start_job(work, act, message.id, job_id)
    return await _asked(work, act, message.id)


def checked_question(question: str) -> str:
    """Return the question if it has 1 to 4 000 characters."""
    return text.prose(question, field="question", longest=LONGEST_QUESTION, shortest=1)


async def _ask(
    work: ChatsWork, act: Act, chat_id: ChatId, question: str, *, message_id: ChatMessageId | None = None
) -> Asked:
    chat = await work.chats.count_question(chat_id, user_id=act.user_id, now=act.now)
    if chat is None:
        raise chats.no_such_chat(field="chatId")
    if chat.message_count > MOST_MESSAGES:
        raise ChatFullError(
            f"This chat has {MOST_MESSAGES} messages; start another one with startExploreChat.",
            field="chatId",
        )
    job_id = JobId(act.mint("job"))
    message = ChatMessage(
        id=message_id or ChatMessageId(act.mint("chatmessage")),
        chat_id=chat.id,
        number=chat.message_count,
        question=question,
        answer="",
        state=AnswerState.WAITING,
        writing=1,
        job_id=job_id,
        call_id=None,
        model=None,
        tokens=0,
        failure=None,
        failure_message=None,
        asked_at=act.now,
        started_at=None,
        ended_at=None,
    )
    await work.chat_messages.add(message)
    await _start_job(work, act, message.id, job_id)
    return Asked(chat=chat, message=message)


async def _require_quota(work: ChatsWork, act: Act, quota: AiQuota | None) -> None:
    if quota is not None:
        await quota_checks.require_request(work, act.user_id, quota, now=act.now)


async def _start_job(work: ChatsWork, act: Act, message_id: ChatMessageId, job_id: JobId) -> None:
    arguments = chat_jobs.AnswerArguments(message_id=message_id, user_id=act.user_id)
    await job_starts.start(
        work, act, chat_jobs.ANSWER, JobRequest(arguments=arguments, id=job_id, user_id=act.user_id)
    )
    work.emit(chat_messages.message_signal(message_id))


async def _started(work: ChatsWork, act: Act, chat_id: ChatId) -> Asked:
    """Return the chat that an earlier request started, with the message that was asked with it."""
    (chat,) = await work.chats.by_ids([chat_id], user_id=act.user_id)
    if chat is None:
        raise chats.no_such_chat(field="idempotencyKey")
    return Asked(chat=chat, message=await work.chat_messages.first(chat_id, user_id=act.user_id))


async def _asked(work: ChatsWork, act: Act, message_id: ChatMessageId) -> Asked:
    (message,) = await work.chat_messages.by_ids([message_id], user_id=act.user_id)
    if message is None:
        raise chat_messages.no_such_message(field="idempotencyKey")
    (chat,) = await work.chats.by_ids([message.chat_id], user_id=act.user_id)
    if chat is None:
        raise chats.no_such_chat(field="idempotencyKey")
    return Asked(chat=chat, message=message)


def _chat(act: Act, topic: str | None, origin_id: str | None) -> Chat:
    return Chat(
        id=ChatId(act.mint("chat")),
        user_id=act.user_id,
        topic=topic,
        title=None,
        origin_id=origin_id,
        started_at=act.now,
        last_active_at=act.now,
        archived_at=None,
        message_count=0,
        tokens=0,
        time_spent=timedelta(0),
        suggested_questions=[],
        suggested_after=0,
    )
