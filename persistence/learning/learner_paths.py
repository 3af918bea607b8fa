"""Paths of learners in Postgres: the steps of one version with the stored states."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from domain.content.collaborators import CollaboratorRole
from domain.content.prerequisites import Needs, Step
from domain.ids import EnrolmentId, LineageId
from domain.learning.enrolments import LearnerPath
from domain.learning.progress import NodeState
from persistence.content.prerequisites import as_needs, needs_of
from persistence.tables.content.collaborators import collaborators
from persistence.tables.content.roadmap_visibility import viewer
from persistence.tables.content.roadmaps import (
    enrolments,
    node_lineages,
    node_progress,
    origins,
    prerequisite_members,
    roadmap_nodes,
    roadmaps,
)

own = and_(enrolments.c.user_id == viewer, enrolments.c.left_at.is_(None))
"""The condition for enrolments of the viewer that they have not left."""

# Joined once, and not asked again for each node.
_is_co_author = and_(
    collaborators.c.roadmap_id == roadmaps.c.id,
    collaborators.c.user_id == viewer,
    collaborators.c.role == CollaboratorRole.CO_AUTHOR.value,
    collaborators.c.accepted_at.is_not(None),
)


def paths_through(version_id: ColumnElement[Any]) -> Select[Any]:
    """Return the SELECT of paths through this version of each enrolment of the viewer's."""
    return (
        select(
            enrolments.c.id,
            roadmap_nodes.c.id,
            roadmap_nodes.c.lineage_id,
            node_progress.c.state,
            roadmap_nodes.c.title,
            roadmap_nodes.c.weight,
            roadmap_nodes.c.optional,
            roadmap_nodes.c.quiz_slug,
            or_(roadmaps.c.author_id == viewer, collaborators.c.id.is_not(None)),
            origins.c.author_id,
            needs_of(prerequisite_members.c.lineage_id, prerequisite_members),
        )
        .select_from(
            enrolments.join(roadmaps, roadmaps.c.id == enrolments.c.roadmap_id)
            .join(roadmap_nodes, roadmap_nodes.c.version_id == version_id)
            .outerjoin(collaborators, _is_co_author)
            .join(node_lineages, node_lineages.c.id == roadmap_nodes.c.lineage_id)
            .outerjoin(origins, origins.c.id == node_lineages.c.roadmap_id)
            .outerjoin(
                node_progress,
                and_(
                    node_progress.c.enrolment_id == enrolments.c.id,
                    node_progress.c.lineage_id == roadmap_nodes.c.lineage_id,
                ),
            )
        )
        .where(own)
        .order_by(enrolments.c.id, roadmap_nodes.c.position)
    )


def as_paths(rows: Iterable[Any]) -> list[LearnerPath]:
    """Build the paths from the rows that `paths_through` selects.

    Lineages become nodes here: a join would read all nodes of the version again for each prerequisite, wherever
    Postgres takes versions for small.
    """
    paths: dict[EnrolmentId, LearnerPath] = {}
    needed: dict[EnrolmentId, list[list[Needs]]] = {}
    for (
        enrolment_id,
        node_id,
        lineage_id,
        state,
        title,
        weight,
        optional,
        quiz,
        is_own,
        author,
        needs,
    ) in rows:
        if enrolment_id not in paths:
            paths[enrolment_id] = LearnerPath(
                enrolment_id=enrolment_id, steps=[], states={}, lineages={}, is_own=is_own
            )
            needed[enrolment_id] = []
        path = paths[enrolment_id]
        path.lineages[node_id] = lineage_id
        if state is not None and state != NodeState.AVAILABLE.value:
            path.states[node_id] = NodeState(state)
        needed[enrolment_id].append(as_needs(needs))
        path.steps.append(
            Step(
                key=node_id,
                title=title,
                weight=weight,
                optional=optional,
                quiz_slug=quiz,
                needs=[],
                author_id=author,
            )
        )
    for enrolment_id, path in paths.items():
        nodes = {lineage: node for node, lineage in path.lineages.items()}
        for step, groups in zip(path.steps, needed[enrolment_id], strict=True):
            step.needs.extend(
                replace(each, of=tuple(nodes.get(LineageId(key), key) for key in each.of)) for each in groups
            )
    return list(paths.values())
