"""Changes of explore chats: rename, archive, take back and delete."""

from domain.acts import Act
from domain.chats import chat_messages, chats
from domain.chats.chats import Chat
from domain.chats.work import ChatsWork
from domain.ids import ChatId


async def rename(work: ChatsWork, act: Act, *, chat_id: ChatId, title: str) -> Chat:
    """Give a chat of the actor's a title, which stays; raises InvalidInputError or NotFoundError."""
    checked = chats.checked_title(title)
    return _found(await work.chats.rename(chat_id, user_id=act.user_id, title=checked))


async def archive(work: ChatsWork, act: Act, *, chat_id: ChatId) -> Chat:
    """Archive a chat of the actor's; one that is archived stays as it is. Raises NotFoundError."""
    return _found(await work.chats.archive(chat_id, user_id=act.user_id, at=act.now))


async def take_back(work: ChatsWork, act: Act, *, chat_id: ChatId) -> Chat:
    """Take a chat of the actor's back from the archive; raises NotFoundError."""
    return _found(await work.chats.archive(chat_id, user_id=act.user_id, at=None))


async def remove(work: ChatsWork, act: Act, *, chat_id: ChatId) -> Chat:
    """Delete a chat of the actor's with its messages; an answer that is being written ends. Raises NotFoundError."""
    streaming = await work.chat_messages.in_progress(chat_id, user_id=act.user_id)
    removed = _found(await work.chats.remove(chat_id, user_id=act.user_id))
    if streaming is not None:
        work.emit(chat_messages.message_signal(streaming, "DELETED"))
    return removed


def _found(chat: Chat | None) -> Chat:
    if chat is None:
        raise chats.no_such_chat()
    return chat
