"""Resolvers of explore chats: the list, and what learners change."""

from domain import text
from domain.accounts.users import Viewer
from domain.chats import chat_answers, chat_changes, chat_questions
from domain.chats.chat_messages import ChatMessage
from domain.chats.chat_questions import Asked
from domain.chats.chats import LONGEST_QUERY, Chat, ChatFilter
from domain.ids import ChatId, ChatMessageId
from domain.paging import Page, Window
from resolvers.ai.quotas import quota_of_caller
from resolvers.chats import loaders
from resolvers.context import Context


async def chat(context: Context, *, id: ChatId) -> Chat | None:
    """Return a chat of the caller's."""
    found: Chat | None = await context.load(loaders.chats_by_id, id)
    return found


async def viewer_chats(
    viewer: Viewer,
    context: Context,
    *,
    window: Window,
    archived: bool | None = None,
    query: str | None = None,
    of_threads: bool = False,
) -> Page[Chat]:
    """Return a page of the caller's chats, newest first."""
    wanted = None if query is None else text.line(query, field="query", longest=LONGEST_QUERY)
    asked = ChatFilter(is_archived=archived, query=wanted, with_origin=of_threads)
    async with context.open_reads() as reads:
        return await reads.chats.page(asked, window, user_id=viewer.user_id)


async def start_explore_chat(
    context: Context, *, idempotency_key: str, topic: str | None = None, question: str | None = None
) -> Asked:
    """Start a chat, and ask its first question if there is one."""
    async with context.open_work() as work:
        return await chat_questions.start(
            work,
            context.act(),
            topic=topic,
            question=question,
            idempotency_key=idempotency_key,
            quota=quota_of_caller(context),
        )


async def ask_explore_chat(
    context: Context, *, chat_id: ChatId, question: str, idempotency_key: str
) -> Asked:
    """Ask a question in a chat."""
    async with context.open_work() as work:
        return await chat_questions.ask(
            work,
            context.act(),
            chat_id=chat_id,
            question=question,
            idempotency_key=idempotency_key,
            quota=quota_of_caller(context),
        )


async def retry_chat_answer(context: Context, *, message_id: ChatMessageId, idempotency_key: str) -> Asked:
    """Have an answer written anew."""
    async with context.open_work() as work:
        return await chat_questions.write_anew(
            work,
            context.act(),
            message_id=message_id,
            idempotency_key=idempotency_key,
            quota=quota_of_caller(context),
        )


async def cancel_chat_answer(context: Context, *, message_id: ChatMessageId) -> ChatMessage:
    """Cancel an answer."""
    async with context.open_work() as work:
        return await chat_answers.cancel(work, context.act(), message_id=message_id)


async def update_chat(context: Context, *, id: ChatId, title: str) -> Chat:
    """Give a chat a title."""
    async with context.open_work() as work:
        return await chat_changes.rename(work, context.act(), chat_id=id, title=title)


async def archive_chat(context: Context, *, id: ChatId) -> Chat:
    """Archive a chat."""
    async with context.open_work() as work:
        return await chat_changes.archive(work, context.act(), chat_id=id)


async def unarchive_chat(context: Context, *, id: ChatId) -> Chat:
    """Take a chat back from the archive."""
    async with context.open_work() as work:
        return await chat_changes.take_back(work, context.act(), chat_id=id)


async def delete_chat(context: Context, *, id: ChatId) -> Chat:
    """Delete a chat."""
    async with context.open_work() as work:
        return await chat_changes.remove(work, context.act(), chat_id=id)
