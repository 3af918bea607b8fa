"""Roadmap files: detects the format, and reads our own, `questpath-roadmap/1`."""

from typing import Any, BinaryIO

from domain import text
from domain.accounts.web_addresses import checked_url
from domain.content.prerequisites import FlawKind, Needs, PrerequisiteMode, flaws
from domain.content.questions import Difficulty
from domain.content.quizzes import checked_slug, is_slug
from domain.content.roadmap_nodes import (
    HEAVIEST,
    LONGEST_MINUTES,
    MOST_EDGES,
    MOST_GROUPS,
    MOST_NODES,
    MOST_RESOURCES,
    Completion,
    EvidenceRule,
    NodeKind,
    RoadmapResource,
)
from domain.content.roadmaps import Visibility
from domain.errors import InvalidInputError
from domain.imports import exercism_tracks, json_lines
from domain.imports.json_items import Item
from domain.imports.json_lines import JsonDocument, MalformedJsonError
from domain.imports.readers import ReadLimits
from domain.imports.reports import Findings
from domain.imports.roadmap_plans import PlannedNode, RoadmapFile, RoadmapPlan

FORMAT = "questpath-roadmap/1"
UNKNOWN = "unknown"
LONGEST_FILE = 1_000_000
_BYTES = 4
"""How many bytes a character takes at most."""


def check_length(content: str) -> None:
    """Refuse a file of more than a million characters."""
    if len(content) > LONGEST_FILE:
        raise InvalidInputError(f"The file may hold at most {LONGEST_FILE:,} characters.", field="file")


def read(content: str) -> RoadmapFile:
    """Read a roadmap file of either format; raises InvalidInputError for one of more than a million characters."""
    check_length(content)
    findings = Findings()
    try:
        document = json_lines.read(content)
    except MalformedJsonError as error:
        findings.refuse(error.line, "file", error.message)
        return RoadmapFile(format=UNKNOWN, plan=None, findings=findings)
    for path in document.repeated:
        findings.refuse(document.line(path), str(path[-1]), "the name occurs twice in its object", path)
    return _read_document(document, findings)


def read_file(file: BinaryIO, *, limits: ReadLimits) -> RoadmapFile:
    """Read a roadmap file of either format that was uploaded; one beyond the size is refused in its findings."""
    content = file.read(min(LONGEST_FILE * _BYTES, limits.largest_entry) + 1).decode("utf-8", "replace")
    if len(content) <= LONGEST_FILE:
        return read(content)
    findings = Findings()
    findings.refuse(1, "file", f"It may hold at most {LONGEST_FILE:,} characters.")
    return RoadmapFile(format=UNKNOWN, plan=None, findings=findings)


def recognises(head: bytes, _names: tuple[str, ...]) -> bool:
    """Tell whether a file is our format of roadmaps."""
    return head.lstrip().startswith(b"{") and b"questpath-roadmap/" in head


def recognises_track(head: bytes, _names: tuple[str, ...]) -> bool:
    """Tell whether a file is the config.json of an Exercism track."""
    return head.lstrip().startswith(b"{") and b'"language"' in head and b'"exercises"' in head


def _read_document(document: JsonDocument, findings: Findings) -> RoadmapFile:
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
    check_plan(plan, findings)
    return RoadmapFile(format=format_, plan=plan, findings=findings)


def check_plan(plan: RoadmapPlan, findings: Findings) -> None:
    """Refuse what publishing would refuse, and a graph beyond the limits of a version."""
    nodes = {node.key: node for node in plan.nodes}
    for flaw in flaws([node.step for node in plan.nodes]) if nodes else []:
        node = nodes.get(flaw.key)
        if node is None:
            findings.refuse(1, "roadmap", flaw.message)
        elif flaw.kind is not FlawKind.DANGLING:  # refused already, on the line of the prerequisite
            findings.refuse(node.line, node.key, flaw.message, node.path)
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
    evidence = item.choice("evidence", EvidenceRule)
    if (completion is Completion.EVIDENCE) != (evidence is not None):
        item.refuse("evidence says what becomes of it exactly where completion is EVIDENCE", "evidence")
    weight = item.integer("weight", 1, HEAVIEST)
    node = PlannedNode(
        line=item.line(),
        path=item.path,
        key=item.text("key", _slug("key")),
        title=item.text("title", _line("title", 120)),
        description=item.text("description", _prose("description", 4_000), default=""),
        kind=item.choice("kind", NodeKind, default=NodeKind.CONCEPT) or NodeKind.CONCEPT,
        weight=1 if weight is None else weight,
        optional=item.flag("optional"),
        difficulty=item.choice("difficulty", Difficulty),
        minutes=item.integer("minutes", 1, LONGEST_MINUTES),
        resources=[
            _read_resource(resource)
            for resource in item.items(
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
        quiz_line=None if quiz is None else item.line("quiz"),
        evidence_rule=evidence,
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
    """Read a group; nodes that are missing stay in it, so that what is behind them is found out of reach.

    A node whose key is malformed is in the file, so nothing is out of reach for it.
    """
    mode = item.choice("mode", PrerequisiteMode, default=PrerequisiteMode.ALL) or PrerequisiteMode.ALL
    members = item.strings("nodes", MOST_NODES)
    if item.raw("nodes") in (None, []):
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
    of = tuple(key for key in dict.fromkeys(members) if key not in known or is_slug(key))
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
