"""Given operations: reads the inputs of an edit as operations of the domain."""

from collections.abc import Callable, Sequence
from typing import Any

from strawberry import UNSET

from domain.authoring.draft_operations import (
    Describe,
    LinkQuiz,
    Operation,
    SetCompletion,
    SetResources,
    SetUpstream,
)
from domain.authoring.drafts import DraftNode
from domain.authoring.node_operations import AddNode, ChangeNode, MoveNode, RemoveNode
from domain.authoring.prerequisite_operations import Connect, Disconnect, SetPrerequisites
from domain.content.prerequisites import Needs
from domain.content.roadmap_nodes import RoadmapResource

_PLAIN = (
    "key",
    "title",
    "description",
    "kind",
    "weight",
    "optional",
    "difficulty",
    "minutes",
    "quiz",
    "evidence",
)


def operation_of(name: str, given: Any) -> Operation:
    """Return the operation that an input of this name stands for."""
    return _READERS[name](given)


def _add_node(given: Any) -> AddNode:
    node = DraftNode(
        **{name: getattr(given, name) for name in _PLAIN},
        resources=_resources(given.resources or []),
        needs=_needs(given.prerequisites or []),
    )
    is_last = given.after is UNSET
    return AddNode(node=node, after=None if is_last else given.after, at_end=is_last)


def _change_node(given: Any) -> ChangeNode:
    return ChangeNode(key=given.key, values=_sent(given, _PLAIN[1:-2]))


def _describe(given: Any) -> Describe:
    return Describe(values=_sent(given, ("title", "description", "visibility")))


def _sent(given: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return the fields that the client sent, null ones among them."""
    return {name: value for name in names if (value := getattr(given, name)) is not UNSET}


def _resources(given: Sequence[Any]) -> tuple[RoadmapResource, ...]:
    return tuple(RoadmapResource(title=each.title, url=each.url) for each in given)


def _needs(given: Sequence[Any]) -> tuple[Needs, ...]:
    return tuple(Needs(mode=each.mode, k=each.k, of=tuple(each.nodes)) for each in given)


_READERS: dict[str, Callable[[Any], Operation]] = {
    "add_node": _add_node,
    "change_node": _change_node,
    "move_node": lambda given: MoveNode(key=given.key, after=given.after),
    "remove_node": lambda given: RemoveNode(key=given.key),
    "connect": lambda given: Connect(before=given.from_key, after=given.to_key),
    "disconnect": lambda given: Disconnect(before=given.from_key, after=given.to_key),
    "set_prerequisites": lambda given: SetPrerequisites(key=given.key, groups=_needs(given.groups)),
    "set_resources": lambda given: SetResources(key=given.key, resources=_resources(given.resources)),
    "link_quiz": lambda given: LinkQuiz(key=given.key, quiz=given.quiz),
    "set_completion": lambda given: SetCompletion(key=given.key, quiz=given.quiz, evidence=given.evidence),
    "set_upstream": lambda given: SetUpstream(version_id=given.version_id),
    "describe": _describe,
}
