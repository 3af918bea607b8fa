"""Batches of explore chats, all of the viewer alone."""

from domain.chats.chat_messages import ChatMessage
from domain.chats.chats import Chat
from domain.ids import ChatId, ChatMessageId
from domain.paging import Page, Window
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def chats_by_id(context: Context, ids: list[ChatId]) -> list[Chat | None]:
    """Load the viewer's chats; those of other learners stay empty."""
    async with context.open_reads() as reads:
        return await reads.chats.by_ids(ids, user_id=context.user_id)


@batch(Rows.VIEWER)
async def messages_by_id(context: Context, ids: list[ChatMessageId]) -> list[ChatMessage | None]:
    """Load messages of the viewer's chats."""
    async with context.open_reads() as reads:
        return await reads.chat_messages.by_ids(ids, user_id=context.user_id)


@batch(Rows.VIEWER)
async def messages_by_chat(context: Context, ids: list[ChatId], *, window: Window) -> list[Page[ChatMessage]]:
    """Load a page of the messages of each of the viewer's chats, oldest first."""
    async with context.open_reads() as reads:
        return await reads.chat_messages.pages(ids, window, user_id=context.user_id)
