"""Prerequisites as one JSON value per node, so that one statement reads a whole path."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from domain.content.prerequisites import Needs, PrerequisiteMode
from persistence.tables.content.roadmaps import prerequisite_groups, prerequisite_members, roadmap_nodes


def as_needs(rows: list[tuple[str, int | None, list[str]]] | None) -> list[Needs]:
    """Read the prerequisites that `needs_of` selects."""
    return [Needs(mode=PrerequisiteMode(mode), k=k, of=tuple(of)) for mode, k, of in rows or []]


def needs_of(member: Any, members: Any) -> Any:
    """Return the subquery that selects a node's prerequisite groups as JSON, each with its members in order."""
    listed = (
        select(func.jsonb_agg(aggregate_order_by(member, prerequisite_members.c.position)))
        .select_from(members)
        .where(prerequisite_members.c.group_id == prerequisite_groups.c.id)
        .correlate(prerequisite_groups, roadmap_nodes)
        .scalar_subquery()
    )
    group = func.jsonb_build_array(prerequisite_groups.c.mode, prerequisite_groups.c.k, listed)
    return (
        select(func.jsonb_agg(aggregate_order_by(group, prerequisite_groups.c.position)))
        .where(prerequisite_groups.c.node_id == roadmap_nodes.c.id)
        .correlate(roadmap_nodes)
        .scalar_subquery()
    )
