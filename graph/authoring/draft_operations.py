"""Inputs of edits: one operation each, of which a client sends a list."""

import strawberry

from domain.authoring.draft_operations import Operation
from domain.authoring.drafts import MOST_NEEDED
from domain.authoring.node_checks import (
    LONGEST_DESCRIPTION,
    LONGEST_NODE_DESCRIPTION,
    LONGEST_RESOURCE_TITLE,
    LONGEST_TITLE,
)
from domain.content.prerequisites import PrerequisiteMode
from domain.content.questions import Difficulty
from domain.content.roadmap_nodes import (
    HEAVIEST,
    LONGEST_MINUTES,
    MOST_GROUPS,
    MOST_RESOURCES,
    EvidenceRule,
    NodeKind,
)
from domain.content.roadmaps import Visibility
from domain.ids import RoadmapVersionId
from graph.authoring.given_operations import operation_of
from graph.fields import given
from graph.scalars import URL

_KEY = "The key of the node."
_TITLE = f"The title: one line of 1 to {LONGEST_TITLE} characters, stored as it is sent."
_DESCRIPTION = (
    f"What the learner will be able to do: at most {LONGEST_NODE_DESCRIPTION} characters, stored as sent."
)
_WEIGHT = f"The weight in the progress, 1 to {HEAVIEST}."
_MINUTES = f"The time that it takes, 1 to {LONGEST_MINUTES} minutes."
_QUIZ = "The slug of the quiz whose pass completes the node; null where the learner ticks it."
_EVIDENCE = "What becomes of the evidence that completes the node; null where none is asked for."
_RESOURCES = f"What to read or watch, at most {MOST_RESOURCES}."
_GROUPS = f"Its groups of prerequisites, at most {MOST_GROUPS}; each must be met."
_AFTER = "The key of the node before it; null puts it first."


@strawberry.input(description="Something to read or watch.")
class ResourceInput:
    """A link."""

    title: str = given(f"What the link leads to: 1 to {LONGEST_RESOURCE_TITLE} characters.", required=True)
    url: URL = given("An https address.", required=True)


@strawberry.input(description="Nodes of which some or all are prerequisites.")
class PrerequisiteGroupInput:
    """A group."""

    mode: PrerequisiteMode = given("How many of its nodes are needed.", default=PrerequisiteMode.ALL)
    k: int | None = given("How many are needed where the mode is K_OF_N; else null.", default=None)
    nodes: list[str] = given(
        f"The keys of the nodes, 1 to {MOST_NEEDED}; one that the draft does not have yet dangles.",
        required=True,
    )


@strawberry.input(description="A node to add.")
class AddNodeInput:
    """A new node."""

    key: str = given(
        "Its key: 1 to 80 of a-z, 0-9 and inner hyphens. A node that had the key in an earlier version is continued.",
        required=True,
    )
    title: str = given(_TITLE, required=True)
    description: str = given(_DESCRIPTION, default="")
    kind: NodeKind = given("What it asks of the learner.", default=NodeKind.CONCEPT)
    weight: int = given(_WEIGHT, default=1)
    optional: bool = given("Whether the roadmap can be complete without it.", default=False)
    difficulty: Difficulty | None = given("How difficult it is.", default=None)
    minutes: int | None = given(_MINUTES, default=None)
    resources: list[ResourceInput] | None = given(_RESOURCES, default=None)
    quiz: str | None = given(_QUIZ, default=None)
    evidence: EvidenceRule | None = given(_EVIDENCE, default=None)
    prerequisites: list[PrerequisiteGroupInput] | None = given(_GROUPS, default=None)
    after: str | None = given(f"{_AFTER} Left out, it becomes the last.")


@strawberry.input(description="Fields of a node to change; those that are left out stay.")
class ChangeNodeInput:
    """Changes of a node."""

    key: str = given(_KEY, required=True)
    title: str | None = given(_TITLE)
    description: str | None = given(_DESCRIPTION)
    kind: NodeKind | None = given("What it asks of the learner.")
    weight: int | None = given(_WEIGHT)
    optional: bool | None = given("Whether the roadmap can be complete without it.")
    difficulty: Difficulty | None = given("How difficult it is, or null.")
    minutes: int | None = given(f"{_MINUTES} Or null.")


@strawberry.input(description="A node to move.")
class MoveNodeInput:
    """A node with its new place."""

    key: str = given(_KEY, required=True)
    after: str | None = given(_AFTER, default=None)


@strawberry.input(description="A node to remove. Prerequisites that name it stay, and dangle.")
class RemoveNodeInput:
    """A node."""

    key: str = given(_KEY, required=True)


@strawberry.input(description="Two nodes, of which the second needs the first.")
class ConnectionInput:
    """An edge, by the keys of its ends."""

    from_key: str = strawberry.field(name="from", description="The key of the prerequisite.")
    to_key: str = strawberry.field(name="to", description="The key of the node that needs it.")


@strawberry.input(description="The prerequisites of a node, in place of those that it has.")
class SetPrerequisitesInput:
    """A node with its groups."""

    key: str = given(_KEY, required=True)
    groups: list[PrerequisiteGroupInput] = given(_GROUPS, required=True)


@strawberry.input(description="The links of a node, in place of those that it has.")
class SetResourcesInput:
    """A node with its links."""

    key: str = given(_KEY, required=True)
    resources: list[ResourceInput] = given(_RESOURCES, required=True)


@strawberry.input(description="The quiz of a node.")
class LinkQuizInput:
    """A node with its quiz."""

    key: str = given(_KEY, required=True)
    quiz: str | None = given(_QUIZ, default=None)


@strawberry.input(
    description="What completes a node: a quiz, evidence, or, with neither, the learner who ticks it."
)
class SetCompletionInput:
    """A node with what completes it."""

    key: str = given(_KEY, required=True)
    quiz: str | None = given("The slug of the quiz whose pass completes the node, or null.", default=None)
    evidence: EvidenceRule | None = given(_EVIDENCE, default=None)


@strawberry.input(description="Which version of its origin the draft of a fork has taken in.")
class SetUpstreamInput:
    """A version of the origin."""

    version_id: RoadmapVersionId | None = given(
        "A version of the roadmap that this one was forked from; null for none.", default=None
    )


@strawberry.input(description="What to change of the roadmap as a whole; what is left out stays.")
class DescribeRoadmapInput:
    """Changes of the roadmap."""

    title: str | None = given(_TITLE)
    description: str | None = given(
        f"What the roadmap leads to, at most {LONGEST_DESCRIPTION} characters, stored as it is sent."
    )
    visibility: Visibility | None = given("Who can find it, from its publication on.")


@strawberry.input(description="One operation on a draft, by exactly one of its fields.", one_of=True)
class DraftOperation:
    """A one-of of all operations."""

    add_node: AddNodeInput | None = given("Adds a node.")
    change_node: ChangeNodeInput | None = given("Changes fields of a node.")
    move_node: MoveNodeInput | None = given("Moves a node within the author's order.")
    remove_node: RemoveNodeInput | None = given("Removes a node.")
    connect: ConnectionInput | None = given(
        "Makes a node a prerequisite of another: in its first group of mode ALL, or in a new one."
    )
    disconnect: ConnectionInput | None = given(
        "Takes a node out of all prerequisites of another; groups that are empty then go."
    )
    set_prerequisites: SetPrerequisitesInput | None = given("Sets all groups of prerequisites of a node.")
    set_resources: SetResourcesInput | None = given("Sets the links of a node.")
    link_quiz: LinkQuizInput | None = given(
        "Lets a quiz complete a node, or no longer; evidence then completes it no longer."
    )
    set_completion: SetCompletionInput | None = given("Says what completes a node.")
    set_upstream: SetUpstreamInput | None = given(
        "Says which version of its origin the draft of a fork has taken in. No node changes: it takes a pull back "
        "together with the other operations of `undo`, or passes over what a version has changed."
    )
    describe: DescribeRoadmapInput | None = given("Changes title, description or visibility of the roadmap.")

    def read(self) -> Operation:
        """Return the operation that is given."""
        return next(
            operation_of(name, value)
            for name, value in vars(self).items()
            if value not in (None, strawberry.UNSET)
        )
