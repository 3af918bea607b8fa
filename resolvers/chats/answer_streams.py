"""The stream of an answer: what is written so far, and each piece as it is stored."""

from collections.abc import AsyncIterator

from domain.chats import chat_messages
from domain.chats.chat_messages import AnswerPiece
from domain.errors import InvalidInputError
from domain.ids import ChatMessageId
from domain.signals import newest
from resolvers.context import Context

LOOK_EVERY_S = 5.0
"""After how many seconds a followed answer is read again without a signal, because one may be lost."""
_LARGEST_OFFSET = 2**31 - 1


async def chat_message_streamed(
    context: Context, *, message_id: ChatMessageId, after: int = 0, writing: int | None = None
) -> AsyncIterator[AnswerPiece]:
    """Yield what an answer of the caller's has after an offset, and each piece that follows, until it has ended.

    The stream also ends when the chat is deleted. It listens before it reads, so that no piece is missed.
    """
    if not 0 <= after <= _LARGEST_OFFSET:
        raise InvalidInputError("after must be 0 or the `end` of a piece.", field="after")
    topic = chat_messages.message_signal(message_id).topic
    async with context.ports.signals.listen(topic) as signals:
        last: AnswerPiece | None = None
        while True:
            piece = await _read(context, message_id, after=after, writing=writing)
            if piece is None and last is None:
                raise chat_messages.no_such_message(field="messageId")
            if piece is None:
                return
            if last is None or piece.text or (piece.state, piece.writing) != (last.state, last.writing):
                yield piece
                last, after, writing = piece, piece.end, piece.writing
            if piece.is_last:
                return
            await newest(signals, within=LOOK_EVERY_S)


async def _read(
    context: Context, message_id: ChatMessageId, *, after: int, writing: int | None
) -> AnswerPiece | None:
    async with context.open_reads() as reads:
        return await reads.chat_messages.piece(
            message_id, user_id=context.user_id, after=after, writing=writing
        )
