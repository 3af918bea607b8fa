"""Graphs of roadmap.sh's editor: topics in order, edges as prerequisites, and everything else as a loss."""

import json
from typing import Any

import pytest

from domain.imports.formats.roadmaps import editor_graphs
from domain.imports.readers import RoadmapFileFormat
from domain.imports.roadmap_plans import RoadmapFile
from tests.support.file_readers import read_roadmap


def a_node(name: str, kind: str = "topic", *, y: float = 0, **data: Any) -> dict[str, Any]:
    return {
        "id": name,
        "type": kind,
        "position": {"x": 1.5, "y": y},
        "data": {"label": f"Label {name}"} | data,
    }


def an_edge(source: str, target: str) -> dict[str, Any]:
    return {"id": f"{source}-{target}", "source": source, "target": target, "data": {"edgeStyle": "dashed"}}


def read(nodes: list[dict[str, Any]], *edges: dict[str, Any], **more: Any) -> RoadmapFile:
    graph = {"nodes": [a_node("T", "title", label="Git and GitHub"), *nodes], "edges": list(edges)} | more
    return read_roadmap(RoadmapFileFormat.ROADMAP_SH, json.dumps(graph, indent=1, ensure_ascii=False))


def reasons(file: RoadmapFile) -> str:
    return " / ".join(f"{found.item}: {found.reason}" for found in file.findings.refused)


def test_topics_lie_from_top_to_bottom_and_need_what_points_to_them() -> None:
    file = read([a_node("b", "subtopic", y=20), a_node("a", y=10)], an_edge("a", "b"))

    assert file.findings.refused == []
    assert file.plan is not None
    assert (file.plan.title, file.plan.slug) == ("Git and GitHub", "git-and-github")
    assert [(node.key, node.title) for node in file.plan.nodes] == [("a", "Label a"), ("b", "Label b")]
    assert [needs.of for needs in file.plan.nodes[1].needs] == [("a",)]


def test_entries_of_a_checklist_are_nodes_whose_ids_count_within_it() -> None:
    entries = [{"id": "x", "label": "One"}, {"id": "y", "label": "Two"}]
    lists = [
        a_node("l", "checklist", y=1, label="", checklists=entries),
        a_node("m", "checklist", y=2, label="", checklists=entries),
    ]

    file = read(lists)

    assert file.findings.refused == []
    assert file.plan is not None
    assert [node.title for node in file.plan.nodes] == ["One", "Two", "One", "Two"]
    assert len({node.key for node in file.plan.nodes}) == 4


def test_keys_follow_from_ids_alone_and_stay_when_a_label_changes() -> None:
    one = read([a_node("kZoyMp6hlBhEm_Ugel", label="Before")])
    other = read([a_node("kZoyMp6hlBhEm_Ugel", label="After")])

    assert one.plan is not None
    assert other.plan is not None
    assert one.plan.nodes[0].key == other.plan.nodes[0].key


def test_drawing_is_a_loss_with_its_number() -> None:
    file = read([a_node("a"), a_node("v", "vertical"), a_node("w", "vertical")], an_edge("a", "v"))

    assert file.findings.refused == []
    assert any("2 of the kind vertical" in loss.reason for loss in file.findings.losses)


@pytest.mark.parametrize(
    ("nodes", "edges", "reason"),
    [
        ([a_node("a")], [an_edge("a", "a")], "Label a: it requires itself"),
        (
            [a_node("A1"), a_node("B1")],
            [an_edge("A1", "B1"), an_edge("B1", "A1")],
            "these steps need each other: Label ",
        ),
        ([a_node("a")], [an_edge("a", "zz")], "names the node zz, which is not in the roadmap"),
        ([a_node("a"), a_node("a")], [], "another node has this id"),
        ([a_node("v", "vertical")], [], "it has no topic"),
        ([a_node("a", label="")], [], "label must hold"),
    ],
)
def test_faults_are_refused_by_name(nodes, edges, reason: str) -> None:
    assert reason in reasons(read(nodes, *edges))


def test_a_graph_without_a_title_is_refused_and_a_title_of_the_file_is_taken() -> None:
    graph = {"nodes": [a_node("a")], "edges": []}

    without = read_roadmap(RoadmapFileFormat.ROADMAP_SH, json.dumps(graph))
    titled = read_roadmap(
        RoadmapFileFormat.ROADMAP_SH, json.dumps(graph | {"title": "\u05e9\u05dc\u05d5\u05dd e\u0301"})
    )

    assert "it has no title" in reasons(without)
    assert titled.plan is not None
    assert titled.plan.title == "\u05e9\u05dc\u05d5\u05dd e\u0301"


def test_only_graphs_are_recognised() -> None:
    assert editor_graphs.recognises(b'{"nodes": [], "edges": []}', ())
    assert not editor_graphs.recognises(b'{"format": "questpath-roadmap/1", "nodes": [], "edges": []}', ())
    assert not editor_graphs.recognises(b'{"language": "Rust", "exercises": {}}', ())
