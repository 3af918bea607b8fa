"""Draft versions of roadmaps: stores a plan as a version with nodes, lineages and prerequisites."""

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
    """Store the plan as the draft of a locked roadmap, in place of the draft that it has."""
    if newest is not None and newest.state is VersionState.DRAFT:
        await work.roadmaps.drop_draft(newest.id)
        number = newest.number
    else:
        number = newest.number + 1 if newest else 1
    version = RoadmapVersion(
        id=RoadmapVersionId(act.mint("roadmapversion")),
        roadmap_id=roadmap.id,
        number=number,
        state=VersionState.DRAFT,
        title=plan.title,
        description=plan.description,
        visibility=plan.visibility,
        content_hash=content_hash,
        created_at=act.now,
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
