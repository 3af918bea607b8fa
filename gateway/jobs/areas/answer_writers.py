"""Answer writers: store the text of a language model as it comes, and end its request when no one waits for it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import TypeAlias

from domain.ai.assistants import CallUsage
from domain.chats import chat_answers
from domain.chats.answer_texts import AnswerText
from domain.chats.chat_answers import EMPTY, OpenAnswer
from domain.chats.chat_messages import AnswerEnd, AnswerState
from gateway.jobs.handlers import JobContext, metered

FLUSH_S = 0.15
"""How long text of an answer waits at most before it is stored, in seconds."""
FLUSH_CHARACTERS = 400
"""How much text of an answer waits at most."""
LOOK_S = 1.0
"""How often a writer looks whether its answer is cancelled or its chat deleted while no text comes, in seconds."""
_QUEUED = 64

Queue: TypeAlias = "asyncio.Queue[str | CallUsage | Exception | None]"


class AnswerWriter:
    """Stores one answer as its pieces come."""

    def __init__(self, context: JobContext, begun: OpenAnswer) -> None:
        self._context = context
        self._message = begun.message
        self._text = AnswerText()
        self._waiting = ""
        self._length = 0
        self._usage: CallUsage | None = None
        self._stored_at = 0.0

    @property
    def how(self) -> AnswerEnd:
        """How the answer ends by itself."""
        usage = self._usage
        if not self._length:
            return EMPTY
        if usage is None:
            return AnswerEnd(state=AnswerState.DONE)
        return AnswerEnd(
            state=AnswerState.DONE,
            tokens=usage.tokens_in + usage.tokens_out,
            model=usage.model,
            call_id=usage.call_id,
        )

    async def follow(self, pieces: AsyncGenerator[str | CallUsage, None]) -> bool:
        """Store what comes until the end; False where the answer is cancelled or gone, which ends the request."""
        self._stored_at = _clock()
        async with _read(pieces) as queue:
            while True:
                piece = await self._next(queue)
                if isinstance(piece, Exception):
                    await self._store()
                    raise piece
                if isinstance(piece, CallUsage):
                    self._usage = piece
                elif isinstance(piece, str):
                    self._waiting += self._text.take(piece)
                if piece is _END or self._text.is_full:
                    self._waiting += self._text.rest()
                    return await self._store()
                if self._is_due() and not await self._store():
                    return False

    async def _next(self, queue: Queue) -> str | CallUsage | Exception | None:
        """Return the next piece, or an empty one where none comes while something is due."""
        every = FLUSH_S if self._waiting else LOOK_S
        try:
            async with asyncio.timeout(max(0, self._stored_at + every - _clock())):
                return await queue.get()
        except TimeoutError:
            return ""

    def _is_due(self) -> bool:
        elapsed = _clock() - self._stored_at
        if self._waiting:
            return elapsed >= FLUSH_S or len(self._waiting) >= FLUSH_CHARACTERS
        return elapsed >= LOOK_S

    async def _store(self) -> bool:
        """Store the text that waits, or look whether the answer is in this writing still."""
        text, self._waiting = self._waiting, ""
        self._length += len(text)
        self._stored_at = _clock()
        async with self._context.ports.open_step(metered()) as work:
            if text:
                return await chat_answers.append(work, self._message, text, length=self._length)
            return await work.chat_messages.is_writing(self._message.id, writing=self._message.writing)


_END = None


@asynccontextmanager
async def _read(pieces: AsyncGenerator[str | CallUsage, None]) -> AsyncIterator[Queue]:
    """Read the pieces in a task of their own, in which the request also ends: at its end, or at that of the block."""
    queue: Queue = asyncio.Queue(_QUEUED)
    task = asyncio.create_task(_fill(queue, pieces))
    try:
        yield queue
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _fill(queue: Queue, pieces: AsyncGenerator[str | CallUsage, None]) -> None:
    try:
        async with aclosing(pieces):
            async for piece in pieces:
                await queue.put(piece)
    except Exception as error:  # noqa: BLE001 - the reader of the queue raises it
        await queue.put(error)
    else:
        await queue.put(_END)


def _clock() -> float:
    return asyncio.get_running_loop().time()
