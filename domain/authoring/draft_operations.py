"""Operations of an edit: each changes a draft and returns the operation that takes the change back."""

from dataclasses import replace
from typing import Any, Protocol

from domain.authoring.drafts import Draft, DraftNode
from domain.authoring.node_checks import (
    check_completion,
    check_description,
    check_quiz,
    check_title,
    checked_resources,
)
from domain.content.quizzes import checked_slug
from domain.content.roadmap_nodes import EvidenceRule, RoadmapResource
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.ids import RoadmapVersionId
from domain.refusals import Each, all_at_once


class Operation(Protocol):
    """One operation; `name` is its field of `DraftOperation`."""

    @property
    def name(self) -> str:
        """The name of the operation, as the schema spells it."""

    @property
    def touches(self) -> tuple[str, ...]:
        """The keys of the nodes whose content it reads or changes."""

    def checked(self, at: str) -> "Operation":
        """Return the operation with its values checked; `at` stands before the names of fields."""

    def apply(self, draft: Draft, at: str) -> "Operation":
        """Change the draft and return the inverse; raises InvalidInputError where the draft does not allow it."""

    def sent(self) -> dict[str, Any]:
        """Return the operation as a client sends it, without its name."""


def existing(draft: Draft, key: str, field: str) -> DraftNode:
    """Return a node of the draft; raises InvalidInputError where it has none with the key."""
    if key not in draft:
        raise InvalidInputError(f"{field} must be the key of a node of the draft.", field=field)
    return draft.nodes[key]


def check_any(values: dict[str, Any], at: str) -> None:
    """Refuse an operation that names nothing to change."""
    if not values:
        field = at.removesuffix(".")
        raise InvalidInputError(
            f"{field} must have a field to change; leave the operation out where nothing changes.",
            field=field,
        )


def check_no_null(values: dict[str, Any], at: str, each: Each, *, but: frozenset[str] = frozenset()) -> None:
    """Refuse null for fields that cannot be cleared."""
    for name, value in values.items():
        with each:
            if value is None and name not in but:
                message = f"{at}{name} must not be null; leave it out to keep it."
                raise InvalidInputError(message, field=f"{at}{name}")


@entity
class Describe:
    """Changes title, description or visibility of the roadmap, by their names."""

    values: dict[str, Any]
    name = "describe"

    @property
    def touches(self) -> tuple[str, ...]:
        """No node."""
        return ()

    def checked(self, at: str) -> "Describe":
        """Check each value that is given."""
        with all_at_once() as each:
            with each:
                check_any(self.values, at)
            check_no_null(self.values, at, each)
            with each:
                if (title := self.values.get("title")) is not None:
                    check_title(title, f"{at}title")
            with each:
                if (description := self.values.get("description")) is not None:
                    check_description(description, f"{at}description")
        return self

    def apply(self, draft: Draft, at: str) -> Operation:  # noqa: ARG002 - Operation's signature
        """Change the details; the inverse has the values before."""
        details = draft.details
        draft.details = replace(details, **self.values)
        return Describe(values={name: getattr(details, name) for name in self.values})

    def sent(self) -> dict[str, Any]:
        """Write the values, the visibility by its name."""
        return {name: value.value if name == "visibility" else value for name, value in self.values.items()}


@entity
class SetUpstream:
    """Says which version of its origin the draft of a fork has taken in; what it holds does not change."""

    version_id: RoadmapVersionId | None
    name = "setUpstream"

    @property
    def touches(self) -> tuple[str, ...]:
        """No node."""
        return ()

    def checked(self, at: str) -> "SetUpstream":  # noqa: ARG002 - Operation's signature
        """Whether it is a version of the origin, the edit checks."""
        return self

    def apply(self, draft: Draft, at: str) -> Operation:  # noqa: ARG002 - Operation's signature
        """Name the version; the inverse names the one before."""
        before = SetUpstream(version_id=draft.upstream)
        draft.upstream = self.version_id
        return before

    def sent(self) -> dict[str, Any]:
        """Write the id."""
        return {"versionId": self.version_id}


@entity
class SetResources:
    """Puts other links in place of those of a node."""

    key: str
    resources: tuple[RoadmapResource, ...]
    name = "setResources"

    @property
    def touches(self) -> tuple[str, ...]:
        """The node."""
        return (self.key,)

    def checked(self, at: str) -> "SetResources":
        """Check the key and the links, and write addresses as browsers do."""
        with all_at_once() as each:
            with each:
                checked_slug(self.key, field=f"{at}key")
            resources = self.resources
            with each:
                resources = checked_resources(self.resources, f"{at}resources")
        return replace(self, resources=resources)

    def apply(self, draft: Draft, at: str) -> Operation:
        """Change the links; the inverse has those before."""
        node = existing(draft, self.key, f"{at}key")
        draft.put(replace(node, resources=self.resources))
        return SetResources(key=self.key, resources=node.resources)

    def sent(self) -> dict[str, Any]:
        """Write the key and the links."""
        links = [{"title": each.title, "url": each.url} for each in self.resources]
        return {"key": self.key, "resources": links}


@entity
class LinkQuiz:
    """Lets a quiz complete a node, in place of evidence; None lets the learner tick a node that had one."""

    key: str
    quiz: str | None
    name = "linkQuiz"

    @property
    def touches(self) -> tuple[str, ...]:
        """The node."""
        return (self.key,)

    def checked(self, at: str) -> "LinkQuiz":
        """Check the key and the slug; whether there is the quiz, validation says."""
        with all_at_once() as each:
            with each:
                checked_slug(self.key, field=f"{at}key")
            with each:
                check_quiz(self.quiz, f"{at}quiz")
        return self

    def apply(self, draft: Draft, at: str) -> Operation:
        """Link the quiz; the inverse has the one before."""
        node = existing(draft, self.key, f"{at}key")
        draft.put(replace(node, quiz=self.quiz, evidence=node.evidence if self.quiz is None else None))
        if node.evidence is not None:
            return SetCompletion(key=self.key, quiz=None, evidence=node.evidence)
        return LinkQuiz(key=self.key, quiz=node.quiz)

    def sent(self) -> dict[str, Any]:
        """Write the key and the slug."""
        return {"key": self.key, "quiz": self.quiz}


@entity
class SetCompletion:
    """Says what completes a node: a quiz, evidence, or, with neither, the learner who ticks it."""

    key: str
    quiz: str | None
    evidence: EvidenceRule | None
    name = "setCompletion"

    @property
    def touches(self) -> tuple[str, ...]:
        """The node."""
        return (self.key,)

    def checked(self, at: str) -> "SetCompletion":
        """Check the key, the slug, and that not both are given."""
        with all_at_once() as each:
            with each:
                checked_slug(self.key, field=f"{at}key")
            with each:
                check_completion(self.quiz, self.evidence, at)
        return self

    def apply(self, draft: Draft, at: str) -> Operation:
        """Change what completes the node; the inverse has what did before."""
        node = existing(draft, self.key, f"{at}key")
        draft.put(replace(node, quiz=self.quiz, evidence=self.evidence))
        return SetCompletion(key=self.key, quiz=node.quiz, evidence=node.evidence)

    def sent(self) -> dict[str, Any]:
        """Write the key, the slug and the rule."""
        return {"key": self.key, "quiz": self.quiz, "evidence": self.evidence and self.evidence.value}
