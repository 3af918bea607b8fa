"""Rows of nodes: reading them as entities, and storing many in one statement."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from sqlalchemy import Column, Table, bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB

from domain.content.layouts import NodeLayout
from domain.content.prerequisites import PrerequisiteMode
from domain.content.questions import Difficulty
from domain.content.roadmap_nodes import (
    Completion,
    EvidenceRule,
    NewGroup,
    NodeKind,
    PrerequisiteGroup,
    RoadmapNode,
    RoadmapResource,
)
from domain.ids import PrerequisiteGroupId, RoadmapNodeId
from persistence.row_mapping import maker, member_of
from persistence.statements import Statement


def _resources(sent: list[dict[str, str]]) -> list[RoadmapResource]:
    return [RoadmapResource(**resource) for resource in sent] if sent else []


def _layout(stored: list[int] | None) -> NodeLayout | None:
    return NodeLayout(layer=stored[0], order=stored[1]) if stored else None


as_node = maker(
    RoadmapNode,
    kind=member_of(NodeKind),
    difficulty=member_of(Difficulty),
    resources=_resources,
    completion=member_of(Completion),
    evidence_rule=member_of(EvidenceRule),
    layout=_layout,
)
"""Builds a node from its columns."""


def as_group(id: PrerequisiteGroupId, node_id: RoadmapNodeId, mode: str, k: int | None) -> PrerequisiteGroup:
    """Build a prerequisite group from its columns."""
    return PrerequisiteGroup(id=id, node_id=node_id, mode=PrerequisiteMode(mode), k=k)


def numbered_per_node(groups: list[NewGroup]) -> Iterator[tuple[int, NewGroup]]:
    """Number the groups of each node from 0; all of a node's groups follow each other."""
    for _, same in groupby(groups, lambda new: new.group.node_id):
        yield from enumerate(same)


def rows_of(table: Table) -> Any:
    """Return a relation with the rows of a table that are sent as one JSON parameter."""
    columns = [Column(c.name, c.type) for c in table.c]
    return (
        func.jsonb_to_recordset(bindparam("rows", type_=JSONB))
        .table_valued(*columns, name="sent")
        .render_derived(with_types=True)
    )


def add_rows(table: Table) -> Statement[Any]:
    """Return the statement that inserts rows sent as one JSON parameter."""
    sent = rows_of(table)
    names = [c.name for c in table.c]
    return Statement(insert(table).from_select(names, select(*(sent.c[name] for name in names))))


def node_row(node: RoadmapNode) -> dict[str, Any]:
    """Return the columns of a node as JSON."""
    values: dict[str, Any] = asdict(node)
    return values | {
        "kind": node.kind.value,
        "completion": node.completion.value,
        "difficulty": None if node.difficulty is None else node.difficulty.value,
        "evidence_rule": None if node.evidence_rule is None else node.evidence_rule.value,
    }
