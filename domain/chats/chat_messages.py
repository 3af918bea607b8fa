"""Messages of explore chats: a question, and the answer that is written to it."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Protocol

from domain.entities import entity
from domain.errors import NotFoundError
from domain.ids import ChatId, ChatMessageId, JobId, UserId
from domain.paging import Page, Window
from domain.signals import Signal

LONGEST_QUESTION = 4_000
LONGEST_ANSWER = 40_000
"""How many characters of an answer are stored; what the author writes after them is left out."""


class AnswerState(Enum):
    """Where an answer is."""

    WAITING = "WAITING"
    STREAMING = "STREAMING"
    DONE = "DONE"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


IN_PROGRESS = frozenset({AnswerState.WAITING, AnswerState.STREAMING})
"""The states in which an answer is not ended; a chat has one such answer at most."""


@entity
class ChatMessage:
    """A question and its answer.

    `writing` counts how often the answer was begun from its start, and is the token of the job that writes it.
    `failure` is the code of a failed answer, `failure_message` its sentence. `call_id` is the call of the author that
    wrote the answer.
    """

    id: ChatMessageId
    chat_id: ChatId
    number: int
    question: str
    answer: str
    state: AnswerState
    writing: int
    job_id: JobId | None
    call_id: str | None
    model: str | None
    tokens: int
    failure: str | None
    failure_message: str | None
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@entity
class AnswerPiece:
    """What an answer has from a place on: `text` begins at `offset`, in Unicode code points, and ends at `end`."""

    message_id: ChatMessageId
    state: AnswerState
    writing: int
    offset: int
    text: str

    @property
    def end(self) -> int:
        """The place after the piece."""
        return self.offset + len(self.text)

    @property
    def is_last(self) -> bool:
        """Whether nothing follows it."""
        return self.state not in IN_PROGRESS


@entity
class EarlierTurn:
    """A question of a chat with what was answered."""

    question: str
    answer: str


@entity
class AnswerEnd:
    """How an answer ended: its state, what it cost, and for a failed one the reason."""

    state: AnswerState
    tokens: int = 0
    model: str | None = None
    call_id: str | None = None
    failure: str | None = None
    failure_message: str | None = None


class ChatMessages(Protocol):
    """Messages; methods with a `user_id` reach only those of that user's chats."""

    async def add(self, message: ChatMessage) -> None:
        """Store a new message; raises AnswerInProgressError where the chat has an answer that is not ended."""

    async def by_ids(self, ids: Sequence[ChatMessageId], *, user_id: UserId) -> list[ChatMessage | None]:
        """Return one slot per id, in their order; only the user's own are filled."""

    async def pages(
        self, ids: Sequence[ChatId], window: Window, *, user_id: UserId
    ) -> list[Page[ChatMessage]]:
        """Return a page of the messages of each of the user's chats, oldest first."""

    async def piece(
        self, message_id: ChatMessageId, *, user_id: UserId, after: int, writing: int | None
    ) -> AnswerPiece | None:
        """Return what the answer has after an offset; from its start where it is of another writing, or shorter."""

    async def first(self, chat_id: ChatId, *, user_id: UserId) -> ChatMessage | None:
        """Return the first message of the user's chat."""

    async def in_progress(self, chat_id: ChatId, *, user_id: UserId) -> ChatMessageId | None:
        """Return the message of the user's chat whose answer is not ended."""

    async def turns(self, chat_id: ChatId, *, before: int, limit: int) -> list[EarlierTurn]:
        """Return the latest messages before a number that have an answer, the latest first."""

    async def begin(self, message_id: ChatMessageId, *, job_id: JobId, now: datetime) -> ChatMessage | None:
        """Begin to write an answer from its start for a job; None where it is ended, gone or another job's."""

    async def append(self, message_id: ChatMessageId, *, writing: int, text: str) -> bool:
        """Add to an answer that is being written; tells whether it is in this writing still."""

    async def wait(self, message_id: ChatMessageId, *, writing: int) -> bool:
        """Take an answer back that is in this writing, so that its job begins it again; tells whether it was."""

    async def is_writing(self, message_id: ChatMessageId, *, writing: int) -> bool:
        """Tell whether an answer is in this writing still."""

    async def end(
        self, message_id: ChatMessageId, how: AnswerEnd, *, writing: int, now: datetime
    ) -> ChatMessage | None:
        """End an answer that is in this writing; None where it is not."""

    async def fail_waiting(
        self, message_id: ChatMessageId, how: AnswerEnd, *, job_id: JobId, now: datetime
    ) -> bool:
        """End an answer that a job has not begun or is writing; tells whether it did."""

    async def cancel(
        self, message_id: ChatMessageId, *, user_id: UserId, now: datetime
    ) -> ChatMessage | None:
        """End an answer of the user's that is not ended; None where there is none."""

    async def write_anew(
        self, message_id: ChatMessageId, *, user_id: UserId, job_id: JobId
    ) -> ChatMessage | None:
        """Empty an ended answer of the user's so that a job writes it; None where there is none.

        Raises AnswerInProgressError where the chat has another answer that is not ended.
        """

    async def fail_lost(self, how: AnswerEnd, *, now: datetime, limit: int) -> list[ChatMessageId]:
        """End answers whose jobs have ended or are gone, of all learners; return their messages."""


def message_signal(message_id: ChatMessageId, version: str = "") -> Signal:
    """Return the signal that an answer grew, changed its state or is gone."""
    return Signal(topic=f"chatmessage:{message_id}", body=version or message_id)


def no_such_message(*, field: str = "id") -> NotFoundError:
    """Return the refusal of a message that is not there, or of another learner."""
    return NotFoundError("There is no such message.", field=field)
