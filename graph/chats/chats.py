"""Types of explore chats: the chat, its messages, and the pieces of an answer."""

from datetime import datetime, timedelta

import strawberry

from domain.chats.answer_requests import MOST_SUGGESTIONS
from domain.chats.chat_errors import (
    AnswerEndedError,
    AnswerInProgressError,
    ChatFullError,
    TooManyChatsError,
)
from domain.chats.chat_messages import LONGEST_ANSWER, AnswerState
from domain.ids import ChatId, ChatMessageId
from graph.bookmarkable import Bookmarkable
from graph.directives import reads_learning
from graph.enums import declare_enum
from graph.errors import declare_error
from graph.fields import arg, attribute, loaded_by, resolved_by, streamed_by
from graph.node import Node
from graph.paging import Connection
from resolvers.chats import answer_streams, chats, loaders

declare_error(AnswerInProgressError, "The last question of the chat is being answered.")
declare_error(AnswerEndedError, "The answer is complete, cancelled or failed.")
declare_error(TooManyChatsError, "The caller has as many chats as are allowed.")
declare_error(ChatFullError, "The chat has as many messages as are allowed.")
declare_enum(
    AnswerState,
    "Where the answer to a question in a chat is.",
    WAITING="The question is asked, and a worker is about to answer it.",
    STREAMING="The answer is being written; `chatMessageStreamed` sends it as it comes.",
    DONE="The answer is complete.",
    CANCELLED="The caller cancelled it; what was written until then is there.",
    FAILED="It could not be written to its end; `failureMessage` says why.",
)


@strawberry.type(
    description="A question in a chat and its answer. Only the learner can read it.",
    directives=[*reads_learning()],
)
class ExploreMessage(Node):
    """A message; only the learner of its chat can reach it."""

    id: ChatMessageId = attribute("The message's id, `chatmessage_...`.")
    chat: "ExploreChat | None" = loaded_by(
        loaders.chats_by_id, key="chat_id", description="The chat that it belongs to."
    )
    number: int = attribute("Its number in the chat, from 1.")
    question: str = attribute("The question; plain text of one or more lines.")
    answer: str = attribute(
        f"What is written of the answer so far, in Markdown, at most {LONGEST_ANSWER} characters. A language model "
        "wrote it: show it as text of others, without HTML and scripts."
    )
    state: AnswerState = attribute("Where the answer is.")
    writing: int = attribute("How often the answer was begun from its start; see `chatMessageStreamed`.")
    model: str | None = attribute("The model that wrote the answer; null until it is complete.")
    tokens: int = attribute("How many tokens the question, what was sent with it, and the answer had.")
    failure: str | None = attribute(
        "The code of what went wrong, like `AI_QUOTA_REACHED`; null unless FAILED."
    )
    failure_message: str | None = attribute(
        "A sentence for people that says what went wrong and what to do next; null unless FAILED."
    )
    asked_at: datetime = attribute("When the question was asked.")
    started_at: datetime | None = attribute("When a worker began to write the answer; null before.")
    ended_at: datetime | None = attribute("When the answer was complete, cancelled or failed; null before.")


@strawberry.type(
    description="A learner's questions about a topic, or about anything, with the answers of a language model. Only "
    "the learner can read it.",
    directives=[*reads_learning()],
)
class ExploreChat(Bookmarkable):
    """A chat; only its learner can reach it."""

    id: ChatId = attribute("The chat's id, `chat_...`.")
    topic: str | None = attribute("What it is about; null where that is open.")
    title: str | None = attribute(
        "The title that the learner gave it, or one that was made after its first complete answer; null before."
    )
    started_at: datetime = attribute("When it was started.")
    last_active_at: datetime = attribute("When a question was last asked, or it was started.")
    archived_at: datetime | None = attribute("When it was archived; null where it is not.")
    message_count: int = attribute("How many questions were asked.")
    tokens: int = attribute("How many tokens its complete answers used.")
    time_spent: timedelta = attribute(
        "The time from its start to its last question; a pause between two counts as at most five minutes."
    )
    suggested_questions: list[str] = attribute(
        "Questions that may come next; they are made after each complete answer, and empty before the first.",
        at_most=MOST_SUGGESTIONS,
        usual=MOST_SUGGESTIONS,
    )
    messages: Connection[ExploreMessage] | None = loaded_by(
        loaders.messages_by_chat,
        key="id",
        description="Its messages, the first one first. `last` gives the newest.",
    )


@strawberry.type(
    description="What a stream sends of an answer: keep the first `offset` characters of what you have, and add "
    "`text`. Characters are Unicode code points, not UTF-16 units.",
    directives=[*reads_learning()],
)
class ChatAnswerPiece:
    """A piece of an answer."""

    message: ExploreMessage | None = loaded_by(
        loaders.messages_by_id,
        key="message_id",
        description="The message as it is now. It holds the whole answer: ask for its other fields.",
    )
    offset: int = attribute("Where the piece begins, in Unicode code points from 0.")
    text: str = attribute("What is written from there on; empty where only the state has changed.")
    end: int = attribute("Where the piece ends; pass it as `after` to go on from here, on any device.")
    writing: int = attribute(
        "Which writing of the answer it is of, from 1. A new one begins at offset 0: after `retryChatAnswer`, or when "
        "another worker took the answer over."
    )
    state: AnswerState = attribute("Where the answer is.")
    is_last: bool = attribute("Whether the answer has ended, and the stream with it.")


@strawberry.type
class ChatQueries:
    """Root fields of explore chats."""

    chat: ExploreChat | None = resolved_by(
        chats.chat,
        description="One of the caller's chats, or null.",
        rule=reads_learning(),
        args={"id": "The chat's id."},
    )


@strawberry.type
class ChatSubscriptions:
    """The subscription of explore chats."""

    chat_message_streamed: ChatAnswerPiece | None = streamed_by(
        answer_streams.chat_message_streamed,
        description="The answer to a question in one of the caller's chats: what is written after `after`, then each "
        "piece as it is stored. The stream is complete when the answer has ended, or when the chat is deleted.",
        rule=reads_learning(),
        args={
            "message_id": arg(ChatMessageId, "The message."),
            "after": "How many characters of the answer the client has, in Unicode code points: the `end` of its last "
            "piece. From the start where the answer has fewer.",
            "writing": "The `writing` of the client's last piece. Where the answer was begun again since, it is sent "
            "from its start.",
        },
    )
