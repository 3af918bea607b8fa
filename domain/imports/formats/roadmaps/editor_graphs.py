"""Graphs of the editor of roadmap.sh: nodes that are placed on a canvas, and edges between them.

Topics, subtopics and the entries of checklists become nodes, from top to bottom. What an edge points to needs what it
comes from. Everything else on the canvas is drawing.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from domain import text
from domain.accounts.web_addresses import checked_url
from domain.content.prerequisites import Needs, PrerequisiteMode
from domain.content.roadmap_nodes import (
    MOST_EDGES,
    MOST_NODES,
    MOST_RESOURCES,
    Completion,
    NodeKind,
    RoadmapResource,
)
from domain.content.roadmaps import Visibility
from domain.errors import InvalidInputError
from domain.imports import json_lines, roadmap_files
from domain.imports.formats.roadmaps.node_keys import key_of_id, name_by_titles, slug_of
from domain.imports.json_items import Item
from domain.imports.json_lines import MalformedJsonError
from domain.imports.readers import ReadLimits
from domain.imports.reports import Findings
from domain.imports.roadmap_plans import PlannedNode, RoadmapFile, RoadmapPlan

LABEL = "roadmap.sh"
EXTENSIONS = (".json",)
LARGEST_FILE = 4_000_000
_MOST_DRAWN = 4 * MOST_NODES
_TOPICS = {"topic", "subtopic", "todo"}
_LISTS = {"checklist": "checklists"}
_LONGEST_TITLE = 120


def recognises(head: bytes, _names: tuple[str, ...]) -> bool:
    """Tell whether a file is an object of JSON with nodes that lie on a canvas, or with edges."""
    begins = head.lstrip().startswith(b"{") and b'"format"' not in head[:200]
    return begins and b'"nodes"' in head and (b'"edges"' in head or b'"position"' in head)


def read(file: BinaryIO, *, limits: ReadLimits) -> RoadmapFile:
    """Return the plan of a graph with its findings."""
    findings = Findings()
    content = file.read(min(LARGEST_FILE, limits.largest_entry) + 1)
    if len(content) > LARGEST_FILE:
        findings.refuse(1, "file", f"It may hold at most {LARGEST_FILE:,} bytes.")
        return RoadmapFile(format=LABEL, plan=None, findings=findings)
    try:
        document = json_lines.read(content.decode("utf-8", "replace"))
    except MalformedJsonError as error:
        findings.refuse(error.line, "file", error.message)
        return RoadmapFile(format=LABEL, plan=None, findings=findings)
    for path in document.repeated:
        findings.refuse(document.line(path), str(path[-1]), "the name occurs twice in its object", path)
    graph = _Graph(Item(document, (), findings, name="roadmap"), findings)
    plan = graph.plan()
    if plan is not None:
        roadmap_files.check_plan(plan, findings)
        name_by_titles(plan, findings)
    return RoadmapFile(format=LABEL, plan=plan, findings=findings)


class _Graph:
    """Collects the nodes of a graph by their ids, and then what each needs."""

    def __init__(self, top: Item, findings: Findings) -> None:
        self._top = top
        self._findings = findings
        self._nodes: dict[str, tuple[tuple[float, float], PlannedNode]] = {}
        self._titles: list[str] = []
        self._drawn: Counter[str] = Counter()
        self._drawn_ids: set[str] = set()
        self._needs: dict[str, dict[str, None]] = {}

    def plan(self) -> RoadmapPlan | None:
        """Return the plan; None where the graph has no title or no node."""
        for item in self._top.items("nodes", _MOST_DRAWN, _name_of_node):
            self._node(item)
        for item in self._top.items("edges", 2 * MOST_EDGES, lambda _, place: f"edge {place + 1}"):
            self._edge(item)
        title = self._title()
        if title is None:
            return None
        if not self._nodes:
            self._findings.refuse(
                1, "roadmap", "it has no topic: no node of the type topic, subtopic or checklist"
            )
            return None
        self._lose_drawing()
        placed = sorted(self._nodes.items(), key=lambda found: found[1][0])
        return RoadmapPlan(
            slug=slug_of(title, otherwise="roadmap"),
            slug_line=1,
            title=title,
            description="",
            visibility=Visibility.PUBLIC,
            nodes=[replace(node, needs=self._needs_of(key)) for key, (_, node) in placed],
        )

    def _title(self) -> str | None:
        given = self._top.raw("title")
        named = [given] if isinstance(given, str) and given.strip() else self._titles
        if not named:
            reason = "it has no title: add a title to the file, or a node of the type title"
            self._findings.refuse(1, "roadmap", reason)
            return None
        try:
            return text.exact_line(_one_line(named[0]), field="title", longest=_LONGEST_TITLE)
        except InvalidInputError as error:
            self._findings.refuse(1, "roadmap", error.message.rstrip("."))
            return None

    def _node(self, item: Item) -> None:
        kind, name = item.raw("type"), item.raw("id")
        data = item.raw("data")
        if not isinstance(name, str) or not name:
            item.refuse("id must be a text", "id")
            return
        if name in self._nodes or name in self._drawn_ids:
            item.refuse("another node has this id", "id")
            return
        label = data.get("label") if isinstance(data, dict) else None
        if kind == "title" and isinstance(label, str):
            self._titles.append(label)
        if kind in _TOPICS:
            self._add(item, name, label, _place(item.raw("position"), 0), data)
        elif kind in _LISTS and isinstance(data, dict):
            self._drawn_ids.add(name)
            self._entries(item, name, data.get(_LISTS[kind]))
        else:
            self._drawn_ids.add(name)
            self._drawn[kind if isinstance(kind, str) else "unknown"] += 1

    def _entries(self, item: Item, name: str, entries: Any) -> None:
        """Add the entries of a checklist, whose ids are known only within it."""
        for number, entry in enumerate(entries if isinstance(entries, list) else []):
            if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
                item.refuse(f"entry {number + 1} of the list has no id", "data")
                continue
            full = f"{name}/{entry['id']}"
            if full in self._nodes:
                item.refuse(f"two entries of the list have the id {entry['id'][:40]}", "data")
                continue
            self._add(item, full, entry.get("label"), _place(item.raw("position"), number), {})

    def _add(self, item: Item, name: str, label: Any, place: tuple[float, float], data: Any) -> None:
        try:
            title = text.exact_line(
                _one_line(label if isinstance(label, str) else ""), field="label", longest=_LONGEST_TITLE
            )
        except InvalidInputError as error:
            item.refuse(error.message.rstrip("."), "data")
            return
        links = data.get("links") if isinstance(data, dict) else None
        node = PlannedNode(
            line=item.line(),
            path=item.path,
            key=key_of_id(name),
            title=title,
            description="",
            kind=NodeKind.CONCEPT,
            weight=1,
            optional=False,
            difficulty=None,
            minutes=None,
            resources=list(_resources(item, links)),
            needs=[],
            completion=Completion.CHECKBOX,
            quiz_slug=None,
        )
        self._nodes[name] = (place, node)

    def _edge(self, item: Item) -> None:
        source, target = item.raw("source"), item.raw("target")
        if not isinstance(source, str) or not isinstance(target, str):
            item.refuse("source and target must be ids of nodes")
        elif source == target:
            title = self._nodes[source][1].title if source in self._nodes else source
            self._findings.refuse(
                item.line(), title, "it requires itself: an edge leads from the node to itself"
            )
        elif source in self._nodes and target in self._nodes:
            self._needs.setdefault(target, {})[source] = None
        elif not self._has(source) or not self._has(target):
            missing = target if self._has(source) else source
            item.refuse(f"it names the node {missing[:40]}, which is not in the roadmap")
        else:
            self._drawn["edge to a drawing"] += 1

    def _has(self, name: str) -> bool:
        return name in self._nodes or name in self._drawn_ids

    def _needs_of(self, name: str) -> list[Needs]:
        of = tuple(self._nodes[source][1].key for source in self._needs.get(name, {}))
        return [Needs(mode=PrerequisiteMode.ALL, k=None, of=of)] if of else []

    def _lose_drawing(self) -> None:
        for kind, number in sorted(self._drawn.items()):
            if kind != "title":
                reason = f"{number} of the kind {kind[:40]}: drawing, which has no place in a roadmap"
                self._findings.lose(1, "roadmap", reason)
        self._findings.lose(
            1, "roadmap", "positions, sizes and styles are not kept; nodes are in order from top to bottom"
        )


def _resources(item: Item, links: Any) -> Iterator[RoadmapResource]:
    for link in (links if isinstance(links, list) else [])[:MOST_RESOURCES]:
        if isinstance(link, dict) and isinstance(link.get("url"), str):
            title = link.get("label") or link.get("title") or link["url"]
            try:
                yield RoadmapResource(
                    title=text.exact_line(_one_line(str(title)), field="title", longest=200),
                    url=checked_url(link["url"], field="url"),
                )
            except InvalidInputError as error:
                item.lose(f"a link is dropped: {error.message}", "data")


def _one_line(label: str) -> str:
    return " ".join(label.split()) if "\n" in label else label.strip()


def _place(position: Any, number: int) -> tuple[float, float]:
    """Return where a node lies, from top to bottom and then from left to right; entries of a list follow it."""
    x, y = (position.get("x"), position.get("y")) if isinstance(position, dict) else (0, 0)
    return (
        float(y) if isinstance(y, int | float) else 0.0,
        (float(x) if isinstance(x, int | float) else 0.0) + number / MOST_NODES,
    )


def _name_of_node(value: Any, place: int) -> str:
    data = value.get("data") if isinstance(value, dict) else None
    label = data.get("label") if isinstance(data, dict) else None
    return label if isinstance(label, str) and label else f"node {place + 1}"
