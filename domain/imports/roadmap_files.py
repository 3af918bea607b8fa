"""Roadmap files: told apart by what they hold, and the reader of our own format, `questpath-roadmap/1`."""

from typing import Any

from domain import text
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.identity import checked_url
from domain.import_findings import Findings
from domain.imports import exercism_tracks, json_lines
from domain.imports.json_items import Item
from domain.imports.json_lines import Lined, MalformedJsonError
from domain.imports.roadmap_plans import (
    MOST_EDGES,
    MOST_GROUPS,
    MOST_NODES,
    MOST_RESOURCES,
    PlannedNode,
    RoadmapPlan,
)
from domain.prerequisites import FlawKind, Needs, PrerequisiteMode, flaws
from domain.questions import Difficulty
from domain.quizzes import checked_slug
from domain.roadmaps import Completion, NodeKind, RoadmapResource, Visibility

FORMAT = "questpath-roadmap/1"
UNKNOWN = "unknown"
LONGEST_FILE = 1_000_000

_HEAVIEST = 100
_LONGEST_MINUTES = 10_000


@entity
class RoadmapFile:
    """What a file holds; there is no plan where the file is none of the formats."""

    format: str
    plan: RoadmapPlan | None
    findings: Findings

    @property
    def accepted(self) -> int:
        """How many nodes are fine."""
        refused = {finding.item for finding in self.findings.refused}
        return sum(node.key not in refused for node in self.plan.nodes) if self.plan else 0


def read(content: str) -> RoadmapFile:
    """Read a roadmap file of either format; raises InvalidInputError for one of more than a million characters."""
    if len(content) > LONGEST_FILE:
        raise InvalidInputError(f"The file may hold at most {LONGEST_FILE:,} characters.", field="file")
    findings = Findings()
    try:
        document = json_lines.read(content)
    except MalformedJsonError as error:
        findings.refuse(error.line, "file", error.message)
        return RoadmapFile(format=UNKNOWN, plan=None, findings=findings)
    for path in document.repeated:
        findings.refuse(document.line(path), str(path[-1]), "the name occurs twice in its object")
    return _read_document(document, findings)


def _read_document(document: Lined, findings: Findings) -> RoadmapFile:
    value = document.value
    if isinstance(value, dict) and value.get("format") == FORMAT:
        format_, plan = FORMAT, _read_plan(Item(document, (), findings, name="roadmap"))
    elif exercism_tracks.is_track(value):
        format_ = exercism_tracks.FORMAT
        plan = exercism_tracks.read(Item(document, (), findings, name="track"))
    else:
        reason = f'neither a roadmap ("format": "{FORMAT}") nor the config.json of an Exercism track'
        findings.refuse(document.line(("format",)), "file", reason)
        return RoadmapFile(format=UNKNOWN, plan=None, findings=findings)
    _check(plan, findings)
    return RoadmapFile(format=format_, plan=plan, findings=findings)


def _check(plan: RoadmapPlan, findings: Findings) -> None:
    """Refuse what publishing would refuse, and a graph beyond the bounds of a version."""
    lines = {node.key: node.line for node in plan.nodes}
    for flaw in flaws([node.step for node in plan.nodes]):
        if flaw.kind is not FlawKind.NOTHING_REQUIRED or plan.nodes:
            findings.refuse(lines.get(flaw.key, 1), flaw.key or "roadmap", flaw.message)
    edges = sum(len(needs.of) for node in plan.nodes for needs in node.needs)
    if edges > MOST_EDGES or len(plan.nodes) > MOST_NODES:
        reason = (
            f"at most {MOST_NODES} nodes and {MOST_EDGES} prerequisites, not {len(plan.nodes)} and {edges}"
        )
        findings.refuse(1, "roadmap", reason)


def _read_plan(item: Item) -> RoadmapPlan:
    item.raw("format")
    plan = RoadmapPlan(
        slug=item.text("slug", _slug("slug")),
        slug_line=item.line("slug"),
        title=item.text("title", _line("title", 120)),
        description=item.text("description", _prose("description", 2_000), default=""),
        visibility=item.choice("visibility", Visibility, default=Visibility.PUBLIC) or Visibility.PUBLIC,
        nodes=[],
    )
    listed = item.raw("nodes")
    if not isinstance(listed, list) or not listed:
        item.refuse("nodes must be a list of at least one node", "nodes")
        return plan
    known = {
        node.get("key") for node in listed if isinstance(node, dict) and isinstance(node.get("key"), str)
    }
    seen: set[str] = set()
    for node in item.items("nodes", MOST_NODES, _node_name):
        planned = _read_node(node, known)
        if planned.key in seen:
            node.refuse("another node has this key", "key")
        elif planned.key:
            seen.add(planned.key)
            plan.nodes.append(planned)
    _lose_unread(item)
    return plan


def _node_name(value: Any, place: int) -> str:
    key = value.get("key") if isinstance(value, dict) else None
    return key if isinstance(key, str) and key else f"node {place + 1}"


def _read_node(item: Item, known: set[Any]) -> PlannedNode:
    completion = item.choice("completion", Completion, default=Completion.CHECKBOX)
    quiz = item.text("quiz", _slug("quiz"), default="") or None
    if (completion is Completion.QUIZ) != (quiz is not None):
        item.refuse("quiz names a quiz exactly where completion is QUIZ", "quiz")
    weight = item.integer("weight", 1, _HEAVIEST)
    node = PlannedNode(
        line=item.line(),
        key=item.text("key", _slug("key")),
        title=item.text("title", _line("title", 120)),
        description=item.text("description", _prose("description", 4_000), default=""),
        kind=item.choice("kind", NodeKind, default=NodeKind.CONCEPT) or NodeKind.CONCEPT,
        weight=1 if weight is None else weight,
        optional=item.flag("optional"),
        difficulty=item.choice("difficulty", Difficulty),
        minutes=item.integer("minutes", 1, _LONGEST_MINUTES),
        resources=[
            _read_resource(one)
            for one in item.items(
                "resources", MOST_RESOURCES, lambda _, place: f"{item.name} resource {place + 1}"
            )
        ],
        needs=[
            needs
            for group in item.items("prerequisites", MOST_GROUPS, lambda *_: item.name)
            if (needs := _read_group(group, known)).of
        ],
        completion=completion or Completion.CHECKBOX,
        quiz_slug=quiz,
    )
    _lose_unread(item)
    return node


def _read_resource(item: Item) -> RoadmapResource:
    resource = RoadmapResource(
        title=item.text("title", _line("title", 200)),
        url=item.text("url", lambda url: checked_url(url, field="url")),
    )
    _lose_unread(item)
    return resource


def _read_group(item: Item, known: set[Any]) -> Needs:
    mode = item.choice("mode", PrerequisiteMode, default=PrerequisiteMode.ALL) or PrerequisiteMode.ALL
    members = item.strings("nodes", MOST_NODES)
    if not members:
        item.refuse("a prerequisite group needs nodes", "nodes")
    for place, key in enumerate(members):
        if key not in known:
            item.refuse(f"needs {key[:80]}, which is not in the roadmap", "nodes", place)
        elif key in members[:place]:
            item.refuse(f"names {key} twice", "nodes", place)
    k = item.integer("k", 1, max(1, len(members)))
    if (mode is PrerequisiteMode.K_OF_N) != (item.raw("k") is not None):
        item.refuse("k is given exactly where mode is K_OF_N", "k")
    _lose_unread(item)
    of = tuple(dict.fromkeys(key for key in members if key in known))
    if mode is PrerequisiteMode.K_OF_N:
        return Needs(mode=mode, k=min(k or 1, max(1, len(of))), of=of)
    return Needs(mode=mode, k=None, of=of)


def _lose_unread(item: Item) -> None:
    for field in item.unread():
        item.lose(f"{field[:80]} is not a field of this format", field)


def _line(field: str, longest: int) -> Any:
    return lambda value: text.line(value, field=field, longest=longest)


def _prose(field: str, longest: int) -> Any:
    return lambda value: text.prose(value, field=field, longest=longest)


def _slug(field: str) -> Any:
    return lambda value: checked_slug(value, field=field)
