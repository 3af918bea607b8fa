"""Operations on nodes: add, remove, move and change them."""

from dataclasses import replace
from typing import Any

from domain.authoring.draft_operations import Operation, check_any, check_no_null, existing
from domain.authoring.drafts import Draft, DraftNode
from domain.authoring.node_checks import check_values, checked_node
from domain.content.quizzes import checked_slug
from domain.content.roadmap_nodes import MOST_NODES
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.refusals import all_at_once

_CLEARED = frozenset({"difficulty", "minutes"})
"""The fields of a node that may be null."""


def _check_after(draft: Draft, after: str | None, field: str) -> None:
    if after is not None and after not in draft:
        raise InvalidInputError(f"{field} must be the key of another node of the draft.", field=field)


@entity
class AddNode:
    """Adds a node behind another one; None puts it first, and `at_end` last."""

    node: DraftNode
    after: str | None = None
    at_end: bool = False
    name = "addNode"

    @property
    def touches(self) -> tuple[str, ...]:
        """A node that an earlier operation of the edit removes has the same key."""
        return (self.node.key,)

    def checked(self, at: str) -> "AddNode":
        """Check every field of the node."""
        return replace(self, node=checked_node(self.node, at))

    def apply(self, draft: Draft, at: str) -> Operation:
        """Add the node; a key that is taken is refused."""
        with all_at_once() as each:
            with each:
                if self.node.key in draft:
                    raise InvalidInputError(
                        f"{at}key is the key of another node; choose another key.", field=f"{at}key"
                    )
            with each:
                _check_after(draft, self.after, f"{at}after")
            with each:
                if len(draft) >= MOST_NODES:
                    raise InvalidInputError(
                        f"A roadmap has at most {MOST_NODES} nodes; remove one first.", field=f"{at}key"
                    )
        last = draft.order[-1] if draft.order else None
        draft.insert(self.node, after=last if self.at_end else self.after)
        return RemoveNode(key=self.node.key)

    def sent(self) -> dict[str, Any]:
        """Write every field, and the place."""
        node = self.node
        values = {name: getattr(node, name) for name in ("key", "title", "description", "weight", "optional")}
        return values | {
            "kind": node.kind.value,
            "difficulty": node.difficulty and node.difficulty.value,
            "minutes": node.minutes,
            "quiz": node.quiz,
            "evidence": node.evidence and node.evidence.value,
            "resources": [{"title": each.title, "url": each.url} for each in node.resources],
            "prerequisites": [
                {"mode": needs.mode.value, "k": needs.k, "nodes": list(needs.of)} for needs in node.needs
            ],
            "after": self.after,
        }


@entity
class RemoveNode:
    """Removes a node; prerequisites that name it stay and dangle, until they are cut or the node is back."""

    key: str
    name = "removeNode"

    @property
    def touches(self) -> tuple[str, ...]:
        """The node."""
        return (self.key,)

    def checked(self, at: str) -> "RemoveNode":
        """Check the key."""
        checked_slug(self.key, field=f"{at}key")
        return self

    def apply(self, draft: Draft, at: str) -> Operation:
        """Remove the node."""
        existing(draft, self.key, f"{at}key")
        before = draft.before(self.key)
        return AddNode(node=draft.take_out(self.key), after=before)

    def sent(self) -> dict[str, Any]:
        """Write the key."""
        return {"key": self.key}


@entity
class MoveNode:
    """Moves a node behind another one; None puts it first."""

    key: str
    after: str | None
    name = "moveNode"

    @property
    def touches(self) -> tuple[str, ...]:
        """Its content does not change."""
        return (self.key,)

    def checked(self, at: str) -> "MoveNode":
        """Check the keys."""
        with all_at_once() as each:
            with each:
                checked_slug(self.key, field=f"{at}key")
            with each:
                if self.after is not None:
                    checked_slug(self.after, field=f"{at}after")
        return self

    def apply(self, draft: Draft, at: str) -> Operation:
        """Move the node; where it stands there already, nothing changes."""
        existing(draft, self.key, f"{at}key")
        _check_after(draft, self.after, f"{at}after")
        if self.after == self.key:
            raise InvalidInputError(f"{at}after must be the key of another node.", field=f"{at}after")
        before = draft.before(self.key)
        if before != self.after:
            draft.move(self.key, after=self.after)
        return MoveNode(key=self.key, after=before)

    def sent(self) -> dict[str, Any]:
        """Write the key and the place."""
        return {"key": self.key, "after": self.after}


@entity
class ChangeNode:
    """Changes some fields of a node, by their names."""

    key: str
    values: dict[str, Any]
    name = "changeNode"

    @property
    def touches(self) -> tuple[str, ...]:
        """The node."""
        return (self.key,)

    def checked(self, at: str) -> "ChangeNode":
        """Check each value that is given."""
        with all_at_once() as each:
            with each:
                checked_slug(self.key, field=f"{at}key")
            with each:
                check_any(self.values, at)
            check_no_null(self.values, at, each, but=_CLEARED)
            given = {name: value for name, value in self.values.items() if value is not None}
            check_values(given, at, each)
        return self

    def apply(self, draft: Draft, at: str) -> Operation:
        """Change the node; the inverse has the values before."""
        node = existing(draft, self.key, f"{at}key")
        draft.put(replace(node, **self.values))
        return ChangeNode(key=self.key, values={name: getattr(node, name) for name in self.values})

    def sent(self) -> dict[str, Any]:
        """Write the values, enums by their names."""
        enums = {"kind", "difficulty"}
        values = {
            name: value and value.value if name in enums else value for name, value in self.values.items()
        }
        return {"key": self.key} | values
