"""Chats of contents: each content of a thread has an explore chat of its owner's, which knows the section's text."""

from domain.acts import Act
from domain.ai.quotas import AiQuota
from domain.chats import chat_questions
from domain.chats.chat_messages import ChatMessage
from domain.chats.chats import Chat
from domain.entities import entity
from domain.idempotency import checked_key
from domain.ids import ThreadContentId, is_id
from domain.refusals import all_at_once
from domain.threads.content_changes import own_content
from domain.threads.thread_contents import ThreadContent
from domain.threads.work import ThreadsWork


@entity
class ExploredContent:
    """A content with its chat, and the message of the question; None where none was asked."""

    content: ThreadContent
    chat: Chat
    message: ChatMessage | None


async def material_of(reads: ThreadsWork, act: Act, chat: Chat) -> str | None:
    """Return the title and the body of the content that a chat belongs to; None where it belongs to none."""
    if chat.origin_id is None or not is_id(chat.origin_id, "threadcontent"):
        return None
    (content,) = await reads.thread_contents.by_ids(
        [ThreadContentId(chat.origin_id)], viewer_id=chat.user_id, now=act.now
    )
    return None if content is None else f"{content.title}\n\n{content.body}"


async def explore(
    work: ThreadsWork,
    act: Act,
    *,
    content_id: ThreadContentId,
    question: str | None,
    idempotency_key: str,
    quota: AiQuota | None = None,
) -> ExploredContent:
    """Open the chat of a content of the actor's, starting it where there is none, and ask in it.

    Raises, all at once, InvalidInputErrors; NotFoundError, TooManyChatsError, ChatFullError, AnswerInProgressError,
    AiQuotaReachedError or IdempotencyKeyReusedError.
    """
    with all_at_once() as each:
        with each:
            checked_key(idempotency_key)
        with each:
            if question is not None:
                chat_questions.checked_question(question)
    _, content = await own_content(
        work, act, content_id
    )  # the lock keeps two requests from starting two chats
    (known,) = await work.chats.by_origins([content.id], user_id=act.user_id)
    chat = (
        known[0]
        if known
        else (
            await chat_questions.start(
                work,
                act,
                topic=content.title,
                question=None,
                idempotency_key=idempotency_key,
                origin_id=content.id,
            )
        ).chat
    )
    if question is None:
        return ExploredContent(content=content, chat=chat, message=None)
    asked = await chat_questions.ask(
        work, act, chat_id=chat.id, question=question, idempotency_key=idempotency_key, quota=quota
    )
    return ExploredContent(content=content, chat=asked.chat, message=asked.message)
