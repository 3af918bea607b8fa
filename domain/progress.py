"""Progress: where each step of a path stands for a learner, and how much of the path is done."""

from collections.abc import Mapping
from enum import Enum
from fractions import Fraction

from domain.entities import entity
from domain.ids import RoadmapNodeId
from domain.prerequisites import Needs, Step


class NodeState(Enum):
    """Where a node stands for a learner. LOCKED and AVAILABLE are reckoned, the others are kept."""

    LOCKED = "LOCKED"
    AVAILABLE = "AVAILABLE"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    SKIPPED = "SKIPPED"


PASSED = frozenset({NodeState.DONE, NodeState.SKIPPED})
"""The states that open what comes next: whoever skips a step knows it already."""


@entity
class LockedBecause:
    """What a locked node waits for, as a sentence and as the nodes that are missing."""

    message: str
    missing_ids: tuple[RoadmapNodeId, ...]


@entity
class Standing:
    """Where one node stands; `locked_because` is set for a locked one alone."""

    state: NodeState
    locked_because: LockedBecause | None = None


@entity
class Progress:
    """How much of a path is done, by weight; optional nodes are counted apart.

    `required_weight` leaves out skipped nodes. `percent` is whole, rounded down, and 100 only when every required
    node is done: a path with a skipped one stays at 99 at most.
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


def standings(steps: list[Step], marks: Mapping[str, NodeState]) -> dict[str, Standing]:
    """Return the standing of every step, by key; `marks` holds what the learner did.

    DONE and SKIPPED stand whatever comes; a step in progress whose prerequisites were undone is locked until they
    are done again.
    """
    titles = {step.key: step.title for step in steps}
    passed = {key for key, mark in marks.items() if mark in PASSED}
    return {step.key: _standing(step, marks.get(step.key), passed, titles) for step in steps}


def progress(steps: list[Step], marks: Mapping[str, NodeState]) -> Progress:
    """Reckon the progress: weight of required DONE over weight of required not SKIPPED."""
    required = [step for step in steps if not step.optional]
    optional = [step for step in steps if step.optional]
    done = [step for step in required if marks.get(step.key) is NodeState.DONE]
    counted = [step for step in required if marks.get(step.key) is not NodeState.SKIPPED]
    done_weight, weight = sum(s.weight for s in done), sum(s.weight for s in counted)
    percent = 100 * done_weight // weight if weight else 0
    return Progress(
        done_weight=done_weight,
        required_weight=weight,
        percent=percent if len(done) == len(required) else min(percent, 99),
        done_nodes=len(done),
        required_nodes=len(required),
        optional_done=sum(marks.get(step.key) is NodeState.DONE for step in optional),
        optional_nodes=len(optional),
    )


def _standing(step: Step, mark: NodeState | None, passed: set[str], titles: Mapping[str, str]) -> Standing:
    if mark is not None and mark in PASSED:
        return Standing(state=mark)
    unmet = [needs for needs in step.needs if len(passed & set(needs.of)) < needs.count]
    if not unmet:
        return Standing(state=mark or NodeState.AVAILABLE)
    missing = dict.fromkeys(key for needs in unmet for key in needs.of if key not in passed)
    wants = " and ".join(_wanted(needs, passed, titles) for needs in unmet)
    because = LockedBecause(
        message=f"First complete {wants}.", missing_ids=tuple(RoadmapNodeId(key) for key in missing)
    )
    return Standing(state=NodeState.LOCKED, locked_because=because)


def _wanted(needs: Needs, passed: set[str], titles: Mapping[str, str]) -> str:
    missing = [key for key in needs.of if key not in passed]
    lacking = needs.count - (len(needs.of) - len(missing))
    named = ", ".join(f"\u201c{titles.get(key, key)}\u201d" for key in missing)
    return named if lacking == len(missing) else f"{lacking} of {named}"
