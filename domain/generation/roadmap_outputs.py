"""Roadmaps as language models write them: the shape of the answer, judged by the rules of drafts and of publishing."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from domain.ai.requests import OutputShape
from domain.authoring.drafts import Details, DraftNode
from domain.authoring.node_checks import check_description, check_title, checked_node
from domain.content.prerequisites import Needs, PrerequisiteMode, Step, flaws
from domain.content.questions import Difficulty
from domain.content.roadmap_nodes import NodeKind
from domain.content.roadmaps import Visibility
from domain.entities import entity
from domain.errors import DomainError
from domain.generation.json_values import choice, items, member, text, whole

FEWEST_NODES, MOST_NODES = 3, 40
"""How many nodes a generated roadmap has."""
_MOST_FINDINGS = 20
_NODE_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "key": {"type": "string", "description": "a short name of a-z, 0-9 and inner hyphens, unique"},
        "title": {"type": "string", "maxLength": 120},
        "description": {"type": "string", "maxLength": 4000},
        "kind": {"enum": [kind.value for kind in NodeKind if kind is not NodeKind.QUIZ]},
        "difficulty": {"enum": [difficulty.value for difficulty in Difficulty]},
        "minutes": {"type": "integer", "minimum": 1, "maximum": 10000},
    },
    "required": ["key", "title", "description", "kind"],
    "additionalProperties": False,
}
_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 120},
        "description": {"type": "string", "maxLength": 2000},
        "nodes": {
            "type": "array",
            "minItems": FEWEST_NODES,
            "maxItems": MOST_NODES,
            "items": dict(_NODE_SCHEMA)
            | {
                "properties": dict(_NODE_SCHEMA["properties"])
                | {
                    "needs": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "keys of the nodes that have to be done before",
                    }
                }
            },
        },
    },
    "required": ["title", "description", "nodes"],
    "additionalProperties": False,
}


@entity
class WrittenRoadmap:
    """A roadmap that a language model wrote."""

    details: Details
    nodes: list[DraftNode]


def roadmap_shape() -> OutputShape[WrittenRoadmap]:
    """Return the shape of a whole roadmap."""
    return OutputShape(read=_read, schema=_SCHEMA, check=_findings)


def node_shape(key: str) -> OutputShape[DraftNode]:
    """Return the shape of one node, which takes the place of the one with this key."""
    return OutputShape(
        read=lambda value: _node(member(value, "node", dict), "node", key=key),
        schema={"type": "object", "properties": {"node": _NODE_SCHEMA}, "required": ["node"]},
        check=lambda node: refusals_of([lambda: checked_node(node, "node.")]),
    )


def refusals_of(checks: Iterable[Callable[[], Any]]) -> list[str]:
    """Return what the checks refuse, as sentences."""
    found = []
    for check in checks:
        try:
            check()
        except DomainError as error:
            found.append(error.message)
    return found[:_MOST_FINDINGS]


def _read(value: Any) -> WrittenRoadmap:
    return WrittenRoadmap(
        details=Details(
            title=text(value, "title"),
            description=text(value, "description"),
            visibility=Visibility.PRIVATE,
        ),
        nodes=[_node(node, f"nodes[{place}]") for place, node in enumerate(items(value, "nodes"))],
    )


def _node(value: Any, at: str, *, key: str | None = None) -> DraftNode:
    needed = [] if key is not None else [str(each) for each in items(value, "needs", at=at, optional=True)]
    return DraftNode(
        key=key or text(value, "key", at=at),
        title=text(value, "title", at=at),
        description=text(value, "description", at=at),
        kind=choice(value, "kind", NodeKind, at=at),
        difficulty=choice(value, "difficulty", Difficulty, at=at, optional=True),
        minutes=whole(value, "minutes", at=at, optional=True),
        needs=(Needs(mode=PrerequisiteMode.ALL, k=None, of=tuple(needed)),) if needed else (),
    )


def _findings(written: WrittenRoadmap) -> list[str]:
    nodes = written.nodes
    found = refusals_of(
        [
            lambda: check_title(written.details.title, "title"),
            lambda: check_description(written.details.description, "description"),
            *(
                lambda node=node, place=place: checked_node(node, f"nodes[{place}].")
                for place, node in enumerate(nodes)
            ),
        ]
    )
    if not FEWEST_NODES <= len(nodes) <= MOST_NODES:
        found.append(f"nodes must hold {FEWEST_NODES} to {MOST_NODES}.")
    if len({node.key for node in nodes}) < len(nodes):
        found.append("Each node needs a key of its own.")
    if any(node.kind is NodeKind.QUIZ for node in nodes):
        found.append("No node may be of kind QUIZ; quizzes are generated apart.")
    steps = [
        Step(
            key=node.key,
            title=node.title,
            weight=node.weight,
            optional=node.optional,
            quiz_slug=None,
            needs=list(node.needs),
        )
        for node in nodes
    ]
    return [*found, *([] if found else [flaw.message for flaw in flaws(steps)])][:_MOST_FINDINGS]
