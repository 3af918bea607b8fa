"""Builders of roadmaps: files as text, steps, and roadmaps as they are stored."""

import json
from dataclasses import dataclass, replace
from typing import Any

from domain.content.prerequisites import Needs, PrerequisiteMode, Step
from domain.content.roadmap_nodes import Completion, NewGroup, NodeKind, PrerequisiteGroup, RoadmapNode
from domain.content.roadmaps import Roadmap, RoadmapVersion, VersionState, Visibility
from domain.ids import (
    EnrolmentId,
    LineageId,
    PrerequisiteGroupId,
    RoadmapId,
    RoadmapNodeId,
    RoadmapVersionId,
    UserId,
)
from domain.learning.enrolments import Enrolment
from tests.builders import mint
from tests.support.schema_client import START


def every(*keys: str) -> Needs:
    return Needs(mode=PrerequisiteMode.ALL, k=None, of=keys)


def either(*keys: str) -> Needs:
    return Needs(mode=PrerequisiteMode.ANY, k=None, of=keys)


def some(k: int, *keys: str) -> Needs:
    return Needs(mode=PrerequisiteMode.K_OF_N, k=k, of=keys)


def a_step(key: str, *needs: Needs, **values: Any) -> Step:
    defaults = {"title": key.title(), "weight": 1, "optional": False, "quiz_slug": None}
    return Step(key=key, needs=list(needs), **defaults | values)


def a_node(key: str, *needed: str, **values: Any) -> dict[str, Any]:
    """A node of a file that needs all of the nodes named; a test adds what matters to it."""
    groups = [{"mode": "ALL", "nodes": list(needed)}] if needed else []
    return {"key": key, "title": key.title(), "prerequisites": groups} | values


def a_quiz_node(key: str, *needed: str, quiz: str) -> dict[str, Any]:
    return a_node(key, *needed, kind="QUIZ", completion="QUIZ", quiz=quiz)


def a_file(*nodes: dict[str, Any], **values: Any) -> str:
    """A file in our own format, one node a line from line 6 on."""
    head = {
        "format": "questpath-roadmap/1",
        "slug": "sailing",
        "title": "Sailing",
        "visibility": "PUBLIC",
    } | values
    lines = [f"{json.dumps(name)}: {json.dumps(value)}," for name, value in head.items()]
    return "{" + "\n".join([*lines, '"nodes": [', ",\n".join(map(json.dumps, nodes)), "]}"])


def a_track(**values: Any) -> str:
    """The config.json of a small Exercism track."""
    track = {
        "language": "Sail",
        "slug": "sail",
        "active": True,
        "blurb": "Sail is a language of the sea.",
        "version": 3,
        "exercises": {
            "concept": [
                _exercise("first-knot", concepts=["knots"], prerequisites=[], status="beta"),
                _exercise("first-trip", concepts=["steering"], prerequisites=["knots"], status="beta"),
            ],
            "practice": [
                _exercise("round-the-buoy", practices=["steering"], prerequisites=["steering"], difficulty=4)
            ],
            "foregone": ["keelhauling"],
        },
        "concepts": [
            {"uuid": f"uuid of {slug}", "slug": slug, "name": slug.title()}
            for slug in ("knots", "steering", "stars")
        ],
    }
    return json.dumps(track | values, indent=2)


def _exercise(slug: str, **values: Any) -> dict[str, Any]:
    return {"slug": slug, "name": slug.replace("-", " ").title(), "uuid": f"uuid of {slug}"} | values


def a_roadmap(author_id: UserId, **values: Any) -> Roadmap:
    defaults: dict[str, Any] = {
        "id": RoadmapId(mint("roadmap")),
        "slug": mint("slug").lower(),
        "title": "Sailing",
        "description": "",
        "author_id": author_id,
        "visibility": Visibility.PUBLIC,
        "current_version_id": None,
        "created_at": START,
    }
    return Roadmap(**defaults | values)


def a_version(roadmap: Roadmap, **values: Any) -> RoadmapVersion:
    defaults: dict[str, Any] = {
        "id": RoadmapVersionId(mint("roadmapversion")),
        "roadmap_id": roadmap.id,
        "number": 1,
        "state": VersionState.DRAFT,
        "title": roadmap.title,
        "description": roadmap.description,
        "visibility": roadmap.visibility,
        "content_hash": "hash",
        "created_at": START,
        "published_at": None,
    }
    return RoadmapVersion(**defaults | values)


def a_stored_node(version: RoadmapVersion, lineage_id: LineageId, **values: Any) -> RoadmapNode:
    defaults: dict[str, Any] = {
        "id": RoadmapNodeId(mint("node")),
        "version_id": version.id,
        "lineage_id": lineage_id,
        "title": "Knots",
        "description": "",
        "kind": NodeKind.CONCEPT,
        "weight": 1,
        "optional": False,
        "difficulty": None,
        "minutes": None,
        "resources": [],
        "completion": Completion.CHECKBOX,
        "quiz_slug": None,
        "position": 0,
    }
    return RoadmapNode(**defaults | values)


@dataclass
class Graph:
    """A version with its nodes by key, and their prerequisites."""

    version: RoadmapVersion
    nodes: dict[str, RoadmapNode]
    groups: list[NewGroup]


def keys_of(needs: dict[str, list[Needs]]) -> list[str]:
    """The keys of a graph, those that only prerequisites name included."""
    return [*needs, *(key for groups in needs.values() for group in groups for key in group.of)]


def a_graph(
    version: RoadmapVersion,
    needs: dict[str, list[Needs]],
    lineages: dict[str, LineageId],
    quiz: str | None = None,
) -> Graph:
    """A graph whose nodes are the keys of `needs`; a quiz completes the last of them."""
    nodes = {
        key: a_stored_node(version, lineages[key], title=key.title(), position=place)
        for place, key in enumerate(needs)
    }
    if quiz is not None:
        last = list(nodes)[-1]
        nodes[last] = replace(nodes[last], completion=Completion.QUIZ, quiz_slug=quiz)
    groups = [
        NewGroup(
            group=PrerequisiteGroup(
                id=PrerequisiteGroupId(mint("prerequisite")),
                node_id=nodes[key].id,
                mode=group.mode,
                k=group.k,
            ),
            members=[lineages[member] for member in group.of],
        )
        for key, listed in needs.items()
        for group in listed
    ]
    return Graph(version, nodes, groups)


def an_enrolment(version: RoadmapVersion, user_id: UserId, **values: Any) -> Enrolment:
    defaults: dict[str, Any] = {
        "id": EnrolmentId(mint("enrolment")),
        "user_id": user_id,
        "roadmap_id": version.roadmap_id,
        "version_id": version.id,
        "started_at": START,
        "completed_at": None,
    }
    return Enrolment(**defaults | values)
