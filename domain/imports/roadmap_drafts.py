"""Drafts of roadmaps: a plan turned into a version with nodes, lineages and prerequisites."""

from datetime import datetime

from domain.ids import (
    LineageId,
    Mint,
    PrerequisiteGroupId,
    RoadmapId,
    RoadmapNodeId,
    RoadmapVersionId,
    UserId,
)
from domain.imports.roadmap_plans import PlannedNode, RoadmapPlan
from domain.roadmaps import (
    NewGroup,
    PrerequisiteGroup,
    Roadmap,
    RoadmapNode,
    RoadmapVersion,
    VersionState,
)
from domain.work import Work


def new_roadmap(plan: RoadmapPlan, *, author_id: UserId, now: datetime, mint: Mint) -> Roadmap:
    """Return the roadmap that the first version of a plan needs."""
    return Roadmap(
        id=RoadmapId(mint("roadmap")),
        slug=plan.slug,
        title=plan.title,
        description=plan.description,
        author_id=author_id,
        visibility=plan.visibility,
        current_version_id=None,
        forked_from_id=None,
        created_at=now,
    )


async def replace_draft(
    work: Work,
    roadmap: Roadmap,
    newest: RoadmapVersion | None,
    plan: RoadmapPlan,
    *,
    content_hash: str,
    now: datetime,
    mint: Mint,
) -> RoadmapVersion:
    """Store the plan as the draft of a roadmap that is held; a draft that it has already gives way."""
    if newest is not None and newest.state is VersionState.DRAFT:
        await work.roadmaps.drop_draft(newest.id)
        number = newest.number
    else:
        number = newest.number + 1 if newest else 1
    version = RoadmapVersion(
        id=RoadmapVersionId(mint("roadmapversion")),
        roadmap_id=roadmap.id,
        number=number,
        state=VersionState.DRAFT,
        title=plan.title,
        description=plan.description,
        visibility=plan.visibility,
        content_hash=content_hash,
        created_at=now,
        published_at=None,
    )
    keys = dict.fromkeys(key for node in plan.nodes for key in (node.key, *_needed(node)))
    lineages = await work.nodes.lineages(roadmap.id, {key: LineageId(mint("lineage")) for key in keys})
    nodes = [_node(planned, place, version, lineages, mint) for place, planned in enumerate(plan.nodes)]
    groups = [
        group
        for node, planned in zip(nodes, plan.nodes, strict=True)
        for group in _groups(node, planned, lineages, mint)
    ]
    await work.roadmaps.add_version(version)
    await work.nodes.add(nodes, groups)
    return version


def _needed(node: PlannedNode) -> list[str]:
    return [key for needs in node.needs for key in needs.of]


def _node(
    planned: PlannedNode, place: int, version: RoadmapVersion, lineages: dict[str, LineageId], mint: Mint
) -> RoadmapNode:
    return RoadmapNode(
        id=RoadmapNodeId(mint("node")),
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
        position=place,
    )


def _groups(
    node: RoadmapNode, planned: PlannedNode, lineages: dict[str, LineageId], mint: Mint
) -> list[NewGroup]:
    return [
        NewGroup(
            group=PrerequisiteGroup(
                id=PrerequisiteGroupId(mint("prerequisite")), node_id=node.id, mode=needs.mode, k=needs.k
            ),
            members=[lineages[key] for key in needs.of],
        )
        for needs in planned.needs
    ]
