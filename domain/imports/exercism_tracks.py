"""Exercism tracks: reads the `config.json` (version 3) of a track as a roadmap.

Concepts and exercises become nodes. An exercise needs the concepts that it lists as prerequisites, a concept needs one
of the exercises that teach it. Deprecated exercises are losses; those in progress become optional nodes.
"""

from collections.abc import Callable, Iterator
from typing import Any

from domain import text
from domain.content.prerequisites import Needs, PrerequisiteMode
from domain.content.questions import Difficulty
from domain.content.quizzes import checked_slug
from domain.content.roadmap_nodes import Completion, NodeKind
from domain.content.roadmaps import Visibility
from domain.imports.json_items import Item
from domain.imports.roadmap_plans import PlannedNode, RoadmapPlan

FORMAT = "exercism-track/3"
_MOST_ITEMS = 2_000
_READ = {"slug", "name", "status", "concepts", "prerequisites"}
_LEFT_OUT = {
    "uuid": "nodes are known by their slug",
    "practices": "which concepts an exercise practises has no place in a roadmap",
    "difficulty": "1 to 10 becomes EASY (to 3), MEDIUM (to 7) or HARD",
}
"""Fields that every item has and no node keeps: reported once, with their number."""

_EASY, _MEDIUM = 3, 7


def is_track(value: Any) -> bool:
    """Tell whether a document looks like the configuration of a track."""
    return (
        isinstance(value, dict)
        and {"language", "slug", "exercises"} <= value.keys()
        and isinstance(value["exercises"], dict)
    )


def read(track: Item) -> RoadmapPlan:
    """Read a track into a plan."""
    slug = track.text("slug", _slug)
    language = track.text("language", _line)
    plan = RoadmapPlan(
        slug=f"exercism-{slug}",
        slug_line=track.line("slug"),
        title=f"Exercism: {language}",
        description=track.text(
            "blurb", lambda blurb: text.prose(blurb, field="blurb", longest=2_000), default=""
        ),
        visibility=Visibility.PUBLIC if track.flag("active") else Visibility.UNLISTED,
        nodes=[],
    )
    exercises = track.inside("exercises")
    concepts = list(track.items("concepts", _MOST_ITEMS, _name_of("concept")))
    reader = _Reader(concepts)
    for exercise in exercises.items("concept", _MOST_ITEMS, _name_of("exercise")):
        reader.exercise(exercise)
    for exercise in exercises.items("practice", _MOST_ITEMS, _name_of("exercise")):
        reader.exercise(exercise)
    plan.nodes.extend(reader.nodes())
    _lose(track, exercises, [*concepts, *reader.items])
    return plan


class _Reader:
    """Collects the nodes of a track: each concept follows the first exercise that teaches it."""

    def __init__(self, concepts: list[Item]) -> None:
        self.items: list[Item] = []
        self._concepts = {str(concept.raw("slug")): concept for concept in concepts}
        self._exercises: list[PlannedNode] = []
        self._taught: dict[str, list[str]] = {}
        self._seen: set[str] = set()
        for concept in concepts:
            if concept is not self._concepts[str(concept.raw("slug"))]:
                concept.refuse("another concept has this slug", "slug")

    def exercise(self, item: Item) -> None:
        """Read one exercise, unless it is deprecated."""
        self.items.append(item)
        status = item.raw("status")
        if status == "deprecated":
            item.lose("deprecated, so not imported", "status")
            return
        slug = item.text("slug", _slug)
        if slug in self._seen:
            item.refuse("another exercise has this slug", "slug")
            return
        self._seen.add(slug)
        key = f"exercise:{slug}"
        if status == "wip":
            item.lose("work in progress: imported as an optional node that unlocks no concept", "status")
        for concept in self._known(item, "concepts"):
            if status != "wip":
                self._taught.setdefault(concept, []).append(key)
        needed = tuple(f"concept:{slug}" for slug in self._known(item, "prerequisites"))
        needs = [Needs(mode=PrerequisiteMode.ALL, k=None, of=needed)] if needed else []
        level = item.integer("difficulty", 1, 10)
        self._exercises.append(
            _node(
                item, key, NodeKind.EXERCISE, needs, optional=status == "wip", difficulty=_difficulty(level)
            )
        )

    def nodes(self) -> Iterator[PlannedNode]:
        """Yield the nodes: exercises before the concepts that they teach, then the concepts without an exercise."""
        waiting = dict(self._concepts)
        taught_by: dict[str, list[str]] = {}
        for concept, keys in self._taught.items():
            taught_by.setdefault(keys[0], []).append(concept)
        for node in self._exercises:
            yield node
            for concept in taught_by.get(node.key, []):
                yield self._concept(concept, waiting.pop(concept))
        for slug, item in waiting.items():
            yield self._concept(slug, item)

    def _concept(self, slug: str, item: Item) -> PlannedNode:
        item.text("slug", _slug)
        taught = tuple(self._taught.get(slug, ()))
        needs = [Needs(mode=PrerequisiteMode.ANY, k=None, of=taught)] if taught else []
        return _node(item, f"concept:{slug}", NodeKind.CONCEPT, needs)

    def _known(self, item: Item, field: str) -> list[str]:
        """Return the concepts that a field names; unknown ones, of which tracks only warn, are lost."""
        known = []
        for place, slug in enumerate(item.strings(field, _MOST_ITEMS)):
            if slug in self._concepts and slug not in known:
                known.append(slug)
            elif slug in known:
                item.lose(f"names {slug} twice in {field}", field, place)
            else:
                item.lose(
                    f"names {slug[:80]} in {field}, which is not a concept of the track: dropped",
                    field,
                    place,
                )
        return known


def _node(
    item: Item,
    key: str,
    kind: NodeKind,
    needs: list[Needs],
    *,
    optional: bool = False,
    difficulty: Difficulty | None = None,
) -> PlannedNode:
    return PlannedNode(
        line=item.line(),
        path=item.path,
        key=key,
        title=item.text("name", _line),
        description="",
        kind=kind,
        weight=1,
        optional=optional,
        difficulty=difficulty,
        minutes=None,
        resources=[],
        needs=needs,
        completion=Completion.CHECKBOX,
        quiz_slug=None,
    )


def _lose(track: Item, exercises: Item, items: list[Item]) -> None:
    """Report what a roadmap does not keep; fields of every item are reported once."""
    for place, slug in enumerate(exercises.strings("foregone", _MOST_ITEMS)):
        exercises.lose(f"{slug[:80]} is foregone, so not imported", "foregone", place)
    for item in (track, exercises):
        for field in item.unread():
            item.lose(f"{field[:80]} is not part of a roadmap", field)
    for field, reason in _LEFT_OUT.items():
        if having := [item for item in items if item.has(field)]:
            having[0].lose(f"{field} of {len(having)} items: {reason}", field)
    for item in items:
        for field in item.unread():
            if field not in _LEFT_OUT and field not in _READ:
                item.lose(f"{field[:80]} is not part of a node", field)


def _name_of(kind: str) -> Callable[[Any, int], str]:
    def name(value: Any, place: int) -> str:
        slug = value.get("slug") if isinstance(value, dict) else None
        return f"{kind}:{slug}" if isinstance(slug, str) and slug else f"{kind} {place + 1}"

    return name


def _difficulty(level: int | None) -> Difficulty | None:
    if level is None:
        return None
    if level <= _EASY:
        return Difficulty.EASY
    return Difficulty.MEDIUM if level <= _MEDIUM else Difficulty.HARD


def _slug(slug: str) -> str:
    return checked_slug(slug, field="slug")


def _line(name: str) -> str:
    return text.line(name, field="name", longest=120)
