"""Targets: the kinds of content that can be bookmarked and noted, and who finds them."""

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any, Protocol

from domain.acts import Act
from domain.assessment.work import AssessmentWork
from domain.chats.chats import Chats
from domain.errors import InvalidInputError, NotFoundError
from domain.ids import ChatId, QuestionId, QuizId, RoadmapId, RoadmapNodeId, ThreadId, TopicId, is_id
from domain.threads.threads import Threads
from domain.topics.work import TopicsWork


class TargetType(Enum):
    """A kind of content that can be bookmarked; the value is the prefix of its ids."""

    QUESTION = "question"
    NODE = "node"
    ROADMAP = "roadmap"
    QUIZ = "quiz"
    TOPIC = "topic"
    CHAT = "chat"
    THREAD = "thread"


class TargetsWork(AssessmentWork, TopicsWork, Protocol):
    """The stores of all kinds of targets."""

    @property
    def chats(self) -> Chats:
        """Explore chats."""

    @property
    def threads(self) -> Threads:
        """Threads."""


Find = Callable[[TargetsWork, Any, Act], Awaitable[list[Any]]]


def _question(work: TargetsWork, id_: QuestionId, act: Act) -> Awaitable[list[Any]]:
    return work.attempts.asked([id_], user_id=act.user_id)


def _node(work: TargetsWork, id_: RoadmapNodeId, act: Act) -> Awaitable[list[Any]]:
    return work.nodes.by_ids([id_], viewer_id=act.user_id)


def _roadmap(work: TargetsWork, id_: RoadmapId, act: Act) -> Awaitable[list[Any]]:
    return work.roadmaps.by_ids([id_], viewer_id=act.user_id)


def _quiz(work: TargetsWork, id_: QuizId, act: Act) -> Awaitable[list[Any]]:
    return work.quizzes.by_ids([id_], viewer_id=act.user_id)


def _topic(work: TargetsWork, id_: TopicId, act: Act) -> Awaitable[list[Any]]:
    return work.topics.by_ids([id_], viewer_id=act.user_id)


def _chat(work: TargetsWork, id_: ChatId, act: Act) -> Awaitable[list[Any]]:
    return work.chats.by_ids([id_], user_id=act.user_id)


def _thread(work: TargetsWork, id_: ThreadId, act: Act) -> Awaitable[list[Any]]:
    return work.threads.by_ids([id_], viewer_id=act.user_id, now=act.now)


FINDERS: dict[TargetType, Find] = {
    TargetType.QUESTION: _question,
    TargetType.NODE: _node,
    TargetType.ROADMAP: _roadmap,
    TargetType.QUIZ: _quiz,
    TargetType.TOPIC: _topic,
    TargetType.CHAT: _chat,
    TargetType.THREAD: _thread,
}
"""How a target of each kind is found by those who may see it; a question by those who were asked it."""


def checked_target(target_id: str, *, field: str) -> TargetType:
    """Return the kind of content that an id names; raises InvalidInputError."""
    for kind in TargetType:
        if is_id(target_id, kind.value):
            return kind
    prefixes = ", ".join(f"{kind.value}_" for kind in TargetType)
    raise InvalidInputError(f"{field} must be an id that starts with one of {prefixes}.", field=field)


async def check_visible(work: TargetsWork, act: Act, kind: TargetType, target_id: str, *, field: str) -> None:
    """Raise NotFoundError unless the actor may see the target."""
    if await FINDERS[kind](work, target_id, act) == [None]:
        raise NotFoundError("There is no such content.", field=field)
