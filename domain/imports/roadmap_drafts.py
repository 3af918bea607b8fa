"""Draft versions of roadmaps: stores a plan as a version with nodes, lineages and prerequisites."""

from typing import Any

from domain.acts import Act
from domain.content.roadmap_nodes import ROOM, RoadmapNode, new_groups, node_id_of
from domain.content.roadmaps import Roadmap, RoadmapVersion, VersionState
from domain.ids import (
    LineageId,
    RoadmapId,
    RoadmapVersionId,
)
from domain.imports.roadmap_plans import PlannedNode, RoadmapPlan
from domain.imports.work import ImportsWork

_DETAILS = ("title", "description", "visibility")
_CONTENT = (
    "title",
    "description",
    "kind",
    "weight",
    "optional",
    "difficulty",
    "minutes",
    "resources",
    "completion",
    "quiz_slug",
    "evidence_rule",
)


def new_roadmap(act: Act, plan: RoadmapPlan) -> Roadmap:
    """Return the roadmap that the first version of a plan needs."""
    return Roadmap(
        id=RoadmapId(act.mint("roadmap")),
        slug=plan.slug,
        title=plan.title,
        description=plan.description,
        author_id=act.user_id,
        visibility=plan.visibility,
        current_version_id=None,
        created_at=act.now,
    )


async def replace_draft(
    work: ImportsWork,
    act: Act,
    roadmap: Roadmap,
    newest: RoadmapVersion | None,
    plan: RoadmapPlan,
    *,
    content_hash: str,
) -> RoadmapVersion:
    """Store the plan as the draft of a locked roadmap.

    A draft that the roadmap has is replaced as by an edit: it keeps its id, and its revision tells its editors.
    """
    draft = newest if newest is not None and newest.state is VersionState.DRAFT else None
    if draft is not None:
        await work.roadmaps.drop_draft(draft.id)
        number = draft.number
    else:
        number = newest.number + 1 if newest else 1
    version = RoadmapVersion(
        id=RoadmapVersionId(act.mint("roadmapversion")) if draft is None else draft.id,
        roadmap_id=roadmap.id,
        number=number,
        revision=1 if draft is None else draft.revision + 1,
        state=VersionState.DRAFT,
        title=plan.title,
        description=plan.description,
        visibility=plan.visibility,
        content_hash=content_hash,
        created_at=act.now if draft is None else draft.created_at,
        published_at=None,
        upstream_version_id=newest.upstream_version_id if newest else None,
    )
    keys = dict.fromkeys(key for node in plan.nodes for key in (node.key, *_needed(node)))
    lineages = await work.nodes.lineages(roadmap.id, {key: LineageId(act.mint("lineage")) for key in keys})
    nodes = [_node(planned, place, version, lineages) for place, planned in enumerate(plan.nodes)]
    groups = [
        group
        for node, planned in zip(nodes, plan.nodes, strict=True)
        for group in new_groups(node.id, planned.needs, lineages)
    ]
    await work.roadmaps.add_version(version)
    await work.nodes.add(nodes, groups)
    return version


async def holds(work: ImportsWork, roadmap: Roadmap, version: RoadmapVersion, plan: RoadmapPlan) -> bool:
    """Tell whether a version has what the plan says, node by node."""
    if any(getattr(version, name) != getattr(plan, name) for name in _DETAILS):
        return False
    (nodes,) = await work.nodes.of_versions([version.id], viewer_id=roadmap.author_id)
    steps = await work.nodes.outline(version.id)
    stored = [(step.key, list(step.needs), _content(node)) for step, node in zip(steps, nodes, strict=True)]
    return stored == [(node.key, list(node.needs), _content(node)) for node in plan.nodes]


def _content(node: RoadmapNode | PlannedNode) -> list[Any]:
    return [getattr(node, name) for name in _CONTENT]


def _needed(node: PlannedNode) -> list[str]:
    return [key for needs in node.needs for key in needs.of]


def _node(
    planned: PlannedNode, place: int, version: RoadmapVersion, lineages: dict[str, LineageId]
) -> RoadmapNode:
    return RoadmapNode(
        id=node_id_of(version.id, lineages[planned.key]),
        version_id=version.id,
        lineage_id=lineages[planned.key],
        title=planned.title,
        description=planned.description,
        kind=planned.kind,
        weight=planned.weight,
        optional=planned.optional,
        difficulty=planned.difficulty,
        minutes=planned.minutes,
        resources=planned.resources,
        completion=planned.completion,
        quiz_slug=planned.quiz_slug,
        position=(place + 1) * ROOM,
        evidence_rule=planned.evidence_rule,
    )
