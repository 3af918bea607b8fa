"""Mutations of explore chats: start, ask, cancel and retry an answer, rename, archive, delete."""

import strawberry

import graph.ai.quotas  # noqa: F401 - declares the refusal
from domain.ai.errors import AiQuotaReachedError
from domain.chats.chat_errors import (
    AnswerEndedError,
    AnswerInProgressError,
    ChatFullError,
    TooManyChatsError,
)
from domain.chats.chats import MOST_CHATS, MOST_MESSAGES
from domain.errors import IdempotencyKeyReusedError
from domain.ids import ChatId, ChatMessageId
from graph.chats.chats import ExploreChat, ExploreMessage
from graph.directives import writes_learning
from graph.fields import given
from graph.mutations import Gives, mutated_by
from resolvers.chats import chats

_KEY = "A key that the client makes for this request, 1 to 200 characters; for 24 hours the same key returns the same "


@strawberry.input(description="What the chat is about, and the first question; both may be left out.")
class StartExploreChatInput:
    """A topic and a question."""

    topic: str | None = given("What it is about: one line of 1 to 200 characters.")
    question: str | None = given("The first question, 1 to 4 000 characters.")
    idempotency_key: str = given(_KEY + "chat.", required=True)


@strawberry.input(description="A question and its chat.")
class AskExploreChatInput:
    """A chat and a question."""

    chat_id: ChatId = given("The chat.", required=True)
    question: str = given("The question, 1 to 4 000 characters.", required=True)
    idempotency_key: str = given(_KEY + "message.", required=True)


@strawberry.input(description="The answer to write anew.")
class RetryChatAnswerInput:
    """A message."""

    message_id: ChatMessageId = given("The message.", required=True)
    idempotency_key: str = given(_KEY + "message, without writing it once more.", required=True)


@strawberry.input(description="The answer to cancel.")
class CancelChatAnswerInput:
    """A message."""

    message_id: ChatMessageId = given("The message.", required=True)


@strawberry.input(description="The chat and its title.")
class UpdateChatInput:
    """A chat and a title."""

    id: ChatId = given("The chat.", required=True)
    title: str = given("The title: one line of 1 to 120 characters.", required=True)


@strawberry.input(description="The chat to archive.")
class ArchiveChatInput:
    """A chat."""

    id: ChatId = given("The chat.", required=True)


@strawberry.input(description="The chat to take back from the archive.")
class UnarchiveChatInput:
    """A chat."""

    id: ChatId = given("The chat.", required=True)


@strawberry.input(description="The chat to delete.")
class DeleteChatInput:
    """A chat."""

    id: ChatId = given("The chat.", required=True)


_CHAT: Gives = {"chat": (ExploreChat, "The chat as it is now.")}
_MESSAGE: Gives = {"message": (ExploreMessage, "The message as it is now.")}


@strawberry.type
class ChatMutations:
    """Mutations of explore chats."""

    start_explore_chat = mutated_by(
        chats.start_explore_chat,
        input=StartExploreChatInput,
        gives={
            "chat": (ExploreChat, "The chat."),
            "message": (ExploreMessage, "The message of the first question, or null without one."),
        },
        refuses=(TooManyChatsError, AiQuotaReachedError, IdempotencyKeyReusedError),
        rule=writes_learning(),
        description="Starts a chat, and asks its first question if there is one. At most "
        f"{MOST_CHATS} chats a learner.",
        weight=20,
    )
    ask_explore_chat = mutated_by(
        chats.ask_explore_chat,
        input=AskExploreChatInput,
        gives={
            "chat": (ExploreChat, "The chat as it is now."),
            "message": (ExploreMessage, "The message, whose answer is to come."),
        },
        refuses=(AnswerInProgressError, ChatFullError, AiQuotaReachedError, IdempotencyKeyReusedError),
        rule=writes_learning(),
        description="Asks a question in a chat, and returns at once; follow the answer with `chatMessageStreamed`. A "
        f"chat answers one question at a time, and takes {MOST_MESSAGES}.",
        weight=20,
    )
    retry_chat_answer = mutated_by(
        chats.retry_chat_answer,
        input=RetryChatAnswerInput,
        gives={**_CHAT, **_MESSAGE},
        refuses=(AnswerInProgressError, AiQuotaReachedError, IdempotencyKeyReusedError),
        rule=writes_learning(),
        description="Has an answer that has ended written anew, in place of the one that is there.",
        weight=20,
    )
    cancel_chat_answer = mutated_by(
        chats.cancel_chat_answer,
        input=CancelChatAnswerInput,
        gives=_MESSAGE,
        refuses=(AnswerEndedError,),
        rule=writes_learning(),
        description="Cancels an answer; what is written of it stays. The request to the language model ends within "
        "about a second.",
    )
    update_chat = mutated_by(
        chats.update_chat,
        input=UpdateChatInput,
        gives=_CHAT,
        rule=writes_learning(),
        description="Gives a chat a title, in place of the one that it has.",
    )
    archive_chat = mutated_by(
        chats.archive_chat,
        input=ArchiveChatInput,
        gives=_CHAT,
        rule=writes_learning(),
        description="Archives a chat; it can be read and asked in still.",
    )
    unarchive_chat = mutated_by(
        chats.unarchive_chat,
        input=UnarchiveChatInput,
        gives=_CHAT,
        rule=writes_learning(),
        description="Takes a chat back from the archive.",
    )
    delete_chat = mutated_by(
        chats.delete_chat,
        input=DeleteChatInput,
        gives={"chat": (ExploreChat, "The deleted chat as it was.")},
        rule=writes_learning(),
        description="Deletes a chat with its messages for good. An answer that is being written ends, and its streams.",
    )
