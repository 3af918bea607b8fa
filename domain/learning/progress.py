"""Progress on a path: the state of each step for a learner, and how much is done."""

from collections.abc import Mapping
from enum import Enum
from fractions import Fraction

from domain.content.prerequisites import Needs, Step
from domain.entities import entity
from domain.ids import RoadmapNodeId


class NodeState(Enum):
    """The state of a node for a learner. LOCKED and AVAILABLE are computed, the others are stored."""

    LOCKED = "LOCKED"
    AVAILABLE = "AVAILABLE"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    SKIPPED = "SKIPPED"


PASSED = frozenset({NodeState.DONE, NodeState.SKIPPED})
"""The states that open what comes next: a learner who skips a step knows it already."""


@entity
class LockedBecause:
    """Why a node is locked: a sentence, and the prerequisites that are missing."""

    message: str
    missing_ids: tuple[RoadmapNodeId, ...]


@entity
class NodeStanding:
    """The state of one node; only a locked one has `locked_because`."""

    state: NodeState
    locked_because: LockedBecause | None = None


@entity
class Progress:
    """How much of a path is done, by weight; optional nodes are counted separately.

    `required_weight` leaves out skipped nodes. `percent` is whole, rounded down, and 100 only when every required
    node is done: with a skipped one it is 99 at most.
    """

    done_weight: int
    required_weight: int
    percent: int
    done_nodes: int
    required_nodes: int
    optional_done: int
    optional_nodes: int

    @property
    def fraction(self) -> Fraction:
        """The exact share of the required weight that is done, skipped nodes left out."""
        return Fraction(self.done_weight, self.required_weight) if self.required_weight else Fraction(0)

    @property
    def is_complete(self) -> bool:
        """Whether every required node is done."""
        return self.done_nodes == self.required_nodes > 0


def standings(steps: list[Step], stored: Mapping[str, NodeState]) -> dict[str, NodeStanding]:
    """Return the standing of every step by key, given the stored states.

    DONE and SKIPPED stay in every case. A step in progress whose prerequisites were undone is locked until they are
    done again.
    """
    titles = {step.key: step.title for step in steps}
    passed = {key for key, state in stored.items() if state in PASSED}
    return {step.key: _standing(step, stored.get(step.key), passed, titles) for step in steps}


def progress(steps: list[Step], stored: Mapping[str, NodeState]) -> Progress:
    """Compute the progress: weight of required DONE over weight of required not SKIPPED."""
    required = [step for step in steps if not step.optional]
    optional = [step for step in steps if step.optional]
    done = [step for step in required if stored.get(step.key) is NodeState.DONE]
    counted = [step for step in required if stored.get(step.key) is not NodeState.SKIPPED]
    done_weight, weight = sum(s.weight for s in done), sum(s.weight for s in counted)
    percent = 100 * done_weight // weight if weight else 0
    return Progress(
        done_weight=done_weight,
        required_weight=weight,
        percent=percent if len(done) == len(required) else min(percent, 99),
        done_nodes=len(done),
        required_nodes=len(required),
        optional_done=sum(stored.get(step.key) is NodeState.DONE for step in optional),
        optional_nodes=len(optional),
    )


def _standing(
    step: Step, stored: NodeState | None, passed: set[str], titles: Mapping[str, str]
) -> NodeStanding:
    if stored is not None and stored in PASSED:
        return NodeStanding(state=stored)
    unmet = [needs for needs in step.needs if len(passed & set(needs.of)) < needs.count]
    if not unmet:
        return NodeStanding(state=stored or NodeState.AVAILABLE)
    missing = dict.fromkeys(key for needs in unmet for key in needs.of if key not in passed)
    wants = " and ".join(_wanted(needs, passed, titles) for needs in unmet)
    because = LockedBecause(
        message=f"First complete {wants}.", missing_ids=tuple(RoadmapNodeId(key) for key in missing)
    )
    return NodeStanding(state=NodeState.LOCKED, locked_because=because)


def _wanted(needs: Needs, passed: set[str], titles: Mapping[str, str]) -> str:
    missing = [key for key in needs.of if key not in passed]
    lacking = needs.count - (len(needs.of) - len(missing))
    named = ", ".join(f"\u201c{titles.get(key, key)}\u201d" for key in missing)
    return named if lacking == len(missing) else f"{lacking} of {named}"
