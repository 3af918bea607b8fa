"""Operations on prerequisites: connect two nodes, disconnect them, and set the groups of one."""

from dataclasses import replace
from typing import Any

from domain.authoring.draft_operations import Operation, existing
from domain.authoring.drafts import MOST_NEEDED, Draft
from domain.authoring.node_checks import check_needs
from domain.content.prerequisites import Needs, PrerequisiteMode
from domain.content.quizzes import checked_slug
from domain.content.roadmap_nodes import MOST_GROUPS
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.refusals import all_at_once


@entity
class SetPrerequisites:
    """Puts other groups of prerequisites in place of those of a node."""

    key: str
    groups: tuple[Needs, ...]
    name = "setPrerequisites"

    @property
    def touches(self) -> tuple[str, ...]:
        """The node that has them."""
        return (self.key,)

    def checked(self, at: str) -> "SetPrerequisites":
        """Check the key and the groups; a node that they name may be missing as yet."""
        with all_at_once() as each:
            with each:
                checked_slug(self.key, field=f"{at}key")
            with each:
                check_needs(self.groups, f"{at}groups")
        return self

    def apply(self, draft: Draft, at: str) -> Operation:
        """Change the groups; the inverse has those before."""
        node = existing(draft, self.key, f"{at}key")
        draft.put(replace(node, needs=self.groups))
        return SetPrerequisites(key=self.key, groups=node.needs)

    def sent(self) -> dict[str, Any]:
        """Write the key and the groups."""
        groups = [{"mode": each.mode.value, "k": each.k, "nodes": list(each.of)} for each in self.groups]
        return {"key": self.key, "groups": groups}


@entity
class Connect:
    """Makes `before` a prerequisite of `after`: of its first group of mode ALL, or of a new one."""

    before: str
    after: str
    name = "connect"

    @property
    def touches(self) -> tuple[str, ...]:
        """The node that gets the prerequisite."""
        return (self.after,)

    def checked(self, at: str) -> "Connect":
        """Check both keys."""
        _check_ends(self.before, self.after, at)
        return self

    def apply(self, draft: Draft, at: str) -> Operation:
        """Add the prerequisite; the inverse has the groups before."""
        node = existing(draft, self.after, f"{at}to")
        groups = list(node.needs)
        place = next((n for n, each in enumerate(groups) if each.mode is PrerequisiteMode.ALL), None)
        if place is None:
            if len(groups) >= MOST_GROUPS:
                message = f"{at}to has {MOST_GROUPS} groups of prerequisites, the most; set fewer first."
                raise InvalidInputError(message, field=f"{at}to")
            groups.append(Needs(mode=PrerequisiteMode.ALL, k=None, of=(self.before,)))
        elif self.before in groups[place].of:
            raise InvalidInputError(
                f"{at}from is a prerequisite already; leave this operation out.", field=f"{at}from"
            )
        elif len(groups[place].of) >= MOST_NEEDED:
            message = f"{at}to has {MOST_NEEDED} prerequisites of mode ALL, the most; disconnect one."
            raise InvalidInputError(message, field=f"{at}to")
        else:
            groups[place] = replace(groups[place], of=(*groups[place].of, self.before))
        draft.put(replace(node, needs=tuple(groups)))
        return SetPrerequisites(key=self.after, groups=node.needs)

    def sent(self) -> dict[str, Any]:
        """Write both keys."""
        return {"from": self.before, "to": self.after}


@entity
class Disconnect:
    """Takes `before` out of every group of prerequisites of `after`; a group that is empty then goes."""

    before: str
    after: str
    name = "disconnect"

    @property
    def touches(self) -> tuple[str, ...]:
        """The node that loses the prerequisite."""
        return (self.after,)

    def checked(self, at: str) -> "Disconnect":
        """Check both keys."""
        _check_ends(self.before, self.after, at)
        return self

    def apply(self, draft: Draft, at: str) -> Operation:
        """Remove the prerequisite; the inverse has the groups before."""
        node = existing(draft, self.after, f"{at}to")
        left = [replace(each, of=tuple(k for k in each.of if k != self.before)) for each in node.needs]
        if left == list(node.needs):
            raise InvalidInputError(
                f"{at}from is no prerequisite of the node; leave this operation out.", field=f"{at}from"
            )
        draft.put(replace(node, needs=tuple(each for each in left if each.of)))
        return SetPrerequisites(key=self.after, groups=node.needs)

    def sent(self) -> dict[str, Any]:
        """Write both keys."""
        return {"from": self.before, "to": self.after}


def _check_ends(before: str, after: str, at: str) -> None:
    with all_at_once() as each:
        with each:
            checked_slug(before, field=f"{at}from")
        with each:
            checked_slug(after, field=f"{at}to")
