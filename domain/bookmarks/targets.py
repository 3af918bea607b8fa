"""Targets: the kinds of content that can be bookmarked and noted, and who finds them."""

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any, Protocol

from domain.assessment.work import AssessmentWork
from domain.errors import InvalidInputError, NotFoundError
from domain.ids import QuestionId, QuizId, RoadmapId, RoadmapNodeId, TopicId, UserId, is_id
from domain.topics.work import TopicsWork


class TargetType(Enum):
    """A kind of content that can be bookmarked; the value is the prefix of its ids."""

    QUESTION = "question"
    NODE = "node"
    ROADMAP = "roadmap"
    QUIZ = "quiz"
    TOPIC = "topic"


class TargetsWork(AssessmentWork, TopicsWork, Protocol):
    """The stores of all kinds of targets."""


Find = Callable[[TargetsWork, Any, UserId], Awaitable[list[Any]]]


def _question(work: TargetsWork, id_: QuestionId, viewer_id: UserId) -> Awaitable[list[Any]]:
    return work.attempts.asked([id_], user_id=viewer_id)


def _node(work: TargetsWork, id_: RoadmapNodeId, viewer_id: UserId) -> Awaitable[list[Any]]:
    return work.nodes.by_ids([id_], viewer_id=viewer_id)


def _roadmap(work: TargetsWork, id_: RoadmapId, viewer_id: UserId) -> Awaitable[list[Any]]:
    return work.roadmaps.by_ids([id_], viewer_id=viewer_id)


def _quiz(work: TargetsWork, id_: QuizId, viewer_id: UserId) -> Awaitable[list[Any]]:
    return work.quizzes.by_ids([id_], viewer_id=viewer_id)


def _topic(work: TargetsWork, id_: TopicId, viewer_id: UserId) -> Awaitable[list[Any]]:
    return work.topics.by_ids([id_], viewer_id=viewer_id)


FINDERS: dict[TargetType, Find] = {
    TargetType.QUESTION: _question,
    TargetType.NODE: _node,
    TargetType.ROADMAP: _roadmap,
    TargetType.QUIZ: _quiz,
    TargetType.TOPIC: _topic,
}
"""How a target of each kind is found by those who may see it; a question by those who were asked it."""


def checked_target(target_id: str, *, field: str) -> TargetType:
    """Return the kind of content that an id names; raises InvalidInputError."""
    for kind in TargetType:
        if is_id(target_id, kind.value):
            return kind
    prefixes = ", ".join(f"{kind.value}_" for kind in TargetType)
    raise InvalidInputError(f"{field} must be an id that starts with one of {prefixes}.", field=field)


async def check_visible(
    work: TargetsWork, kind: TargetType, target_id: str, *, viewer_id: UserId, field: str
) -> None:
    """Raise NotFoundError unless the viewer may see the target."""
    if await FINDERS[kind](work, target_id, viewer_id) == [None]:
        raise NotFoundError("There is no such content.", field=field)
