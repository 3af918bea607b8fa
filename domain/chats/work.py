"""The stores of explore chats."""

from typing import Protocol

from domain.accounts.work import AccountsWork
from domain.ai.calls import AiWork
from domain.chats.chat_messages import ChatMessages
from domain.chats.chats import Chats
from domain.jobs.work import EnqueueingWork


class ChatsWork(EnqueueingWork, AiWork, AccountsWork, Protocol):
    """The stores that verbs of chats reach."""

    @property
    def chats(self) -> Chats:
        """Chats."""

    @property
    def chat_messages(self) -> ChatMessages:
        """Messages with their answers."""
