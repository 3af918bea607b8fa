"""Three-way merges of roadmaps: what an origin changed since a fork took it in, as operations on the fork's draft.

Nodes are the same where their keys are. A change of one side alone is taken; a change of both to the same is none; a
field that both changed differently is a conflict, for which the author of the fork chooses.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any

from domain.authoring.draft_operations import Describe, Operation, SetCompletion, SetResources
from domain.authoring.drafts import Details, DraftNode
from domain.authoring.node_operations import AddNode, ChangeNode, MoveNode, RemoveNode
from domain.authoring.prerequisite_operations import SetPrerequisites
from domain.content.version_diffs import longest_growing
from domain.entities import entity


class MergeField(Enum):
    """What both sides changed."""

    NODE = "NODE"
    POSITION = "POSITION"
    TITLE = "TITLE"
    DESCRIPTION = "DESCRIPTION"
    KIND = "KIND"
    WEIGHT = "WEIGHT"
    OPTIONAL = "OPTIONAL"
    DIFFICULTY = "DIFFICULTY"
    MINUTES = "MINUTES"
    RESOURCES = "RESOURCES"
    COMPLETION = "COMPLETION"
    PREREQUISITES = "PREREQUISITES"


class MergeChoice(Enum):
    """Which side of a conflict holds."""

    KEEP_MINE = "KEEP_MINE"
    TAKE_THEIRS = "TAKE_THEIRS"


@entity
class Conflict:
    """A field that both sides changed, by the key of its node; None for the roadmap as a whole."""

    key: str | None
    field: MergeField


@entity
class Side:
    """One of the three versions of a merge; the nodes by key, in order."""

    details: Details
    nodes: dict[str, DraftNode]


@entity
class Merge:
    """The operations that take in what the origin changed, and the conflicts that no choice was given for."""

    operations: list[Operation]
    conflicts: list[Conflict]


Choices = Mapping[tuple[str | None, MergeField], MergeChoice]

_PLAIN = {
    MergeField.TITLE: "title",
    MergeField.DESCRIPTION: "description",
    MergeField.KIND: "kind",
    MergeField.WEIGHT: "weight",
    MergeField.OPTIONAL: "optional",
    MergeField.DIFFICULTY: "difficulty",
    MergeField.MINUTES: "minutes",
}
_OWN_OPERATION: dict[MergeField, tuple[str, Callable[[DraftNode], Operation]]] = {
    MergeField.RESOURCES: (
        "resources",
        lambda node: SetResources(key=node.key, resources=node.resources),
    ),
    MergeField.COMPLETION: (
        "completed_by",
        lambda node: SetCompletion(key=node.key, quiz=node.quiz, evidence=node.evidence),
    ),
    MergeField.PREREQUISITES: ("needs", lambda node: SetPrerequisites(key=node.key, groups=node.needs)),
}
_OF_ROADMAP = {MergeField.TITLE: "title", MergeField.DESCRIPTION: "description"}


def merge(base: Side, mine: Side, theirs: Side, choices: Choices) -> Merge:
    """Merge what `theirs` changed since `base` into `mine`; without conflicts left, the operations can be applied."""
    return _Merging(base, mine, theirs, choices).run()


class _Merging:
    """One merge at work."""

    def __init__(self, base: Side, mine: Side, theirs: Side, choices: Choices) -> None:
        self._base, self._mine, self._theirs, self._choices = base, mine, theirs, choices
        self._conflicts: list[Conflict] = []

    def run(self) -> Merge:
        removed, added, changes = self._nodes()
        operations: list[Operation] = [RemoveNode(key=key) for key in removed]
        operations += self._placed(removed, added)
        operations += changes
        sides = (self._base.details, self._mine.details, self._theirs.details)
        if values := self._taken(None, _OF_ROADMAP, *sides):
            operations.append(Describe(values=values))
        return Merge(operations=operations, conflicts=self._conflicts)

    def _nodes(self) -> tuple[list[str], list[str], list[Operation]]:
        """Return the keys to remove and to add, and the changes of nodes that stay."""
        removed: list[str] = []
        added: list[str] = []
        changes: list[Operation] = []
        for key in dict.fromkeys([*self._theirs.nodes, *self._mine.nodes]):
            base, mine, theirs = (side.nodes.get(key) for side in (self._base, self._mine, self._theirs))
            if theirs in (base, mine):
                continue
            if mine is not None and theirs is not None:
                changes += self._changes(base, mine, theirs)
            elif mine == base or self._takes(key, MergeField.NODE):
                (removed if theirs is None else added).append(key)
        return removed, added, changes

    def _changes(self, base: DraftNode | None, mine: DraftNode, theirs: DraftNode) -> list[Operation]:
        operations: list[Operation] = []
        if values := self._taken(mine.key, _PLAIN, base, mine, theirs):
            operations.append(ChangeNode(key=mine.key, values=values))
        for field, (name, operation) in _OWN_OPERATION.items():
            if self._taken(mine.key, {field: name}, base, mine, theirs):
                operations.append(operation(theirs))
        return operations

    def _taken(
        self, key: str | None, fields: Mapping[MergeField, str], base: Any, mine: Any, theirs: Any
    ) -> dict[str, Any]:
        """Return the values of theirs that the fork takes, by their names."""
        values = {}
        for field, name in fields.items():
            ours, other = getattr(mine, name), getattr(theirs, name)
            if ours == other or (base is not None and other == getattr(base, name)):
                continue
            if (base is not None and ours == getattr(base, name)) or self._takes(key, field):
                values[name] = other
        return values

    def _takes(self, key: str | None, field: MergeField) -> bool:
        """Tell whether theirs is chosen; a conflict without a choice is noted."""
        choice = self._choices.get((key, field))
        if choice is None:
            self._conflicts.append(Conflict(key=key, field=field))
        return choice is MergeChoice.TAKE_THEIRS

    def _placed(self, removed: Sequence[str], added: Sequence[str]) -> list[Operation]:
        """Add and move nodes in the order of theirs, each behind the next one before it that the fork has."""
        new, there = set(added), {*self._mine.nodes, *added} - set(removed)
        moved_by_them = _moved(self._base, self._theirs)
        moved_by_me = _moved(self._base, self._mine)
        before_mine = _predecessors(self._mine.nodes, there)
        operations: list[Operation] = []
        last: str | None = None
        for key in self._theirs.nodes:
            if key not in there:
                continue
            if key in new:
                operations.append(AddNode(node=self._theirs.nodes[key], after=last))
            elif key in moved_by_them:
                is_mine_to_say = key in moved_by_me and before_mine[key] != last
                if not is_mine_to_say or self._takes(key, MergeField.POSITION):
                    operations.append(MoveNode(key=key, after=last))
            last = key
        return operations


def _moved(base: Side, side: Side) -> set[str]:
    """Return the fewest nodes of both that have to move for the others to keep their order."""
    places = {key: place for place, key in enumerate(base.nodes)}
    common = [key for key in side.nodes if key in places]
    kept = longest_growing([places[key] for key in common])
    return {key for key in common if places[key] not in kept}


def _predecessors(keys: Mapping[str, Any], there: set[str]) -> dict[str, str | None]:
    """Return the node before each, among those that stay."""
    found: dict[str, str | None] = {}
    last: str | None = None
    for key in keys:
        if key in there:
            found[key] = last
            last = key
    return found
