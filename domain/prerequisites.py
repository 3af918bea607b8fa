"""Prerequisites: what a step needs before it can be taken, and what makes a graph of steps unsound."""

from enum import Enum
from graphlib import CycleError, TopologicalSorter

from domain.entities import entity

_MOST_CYCLES = 20


class PrerequisiteMode(Enum):
    """How many of a group's steps are needed."""

    ALL = "ALL"
    ANY = "ANY"
    K_OF_N = "K_OF_N"


@entity
class Needs:
    """A group of prerequisites, by the keys of their steps; `k` is set for K_OF_N alone."""

    mode: PrerequisiteMode
    k: int | None
    of: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many of the steps are needed."""
        if self.mode is PrerequisiteMode.ALL:
            return len(self.of)
        return 1 if self.mode is PrerequisiteMode.ANY else self.k or 1


@entity
class Step:
    """A node, as far as rules about order and progress look at it; every group of `needs` must be met."""

    key: str
    title: str
    weight: int
    optional: bool
    quiz_slug: str | None
    needs: list[Needs]


class FlawKind(Enum):
    """What keeps a roadmap from being published."""

    CYCLE = "CYCLE"
    DANGLING = "DANGLING"
    UNREACHABLE = "UNREACHABLE"
    NOTHING_REQUIRED = "NOTHING_REQUIRED"


@entity
class Flaw:
    """One flaw of the graph; `key` names the step at fault, and is empty where it is the whole."""

    kind: FlawKind
    key: str
    message: str


def flaws(steps: list[Step]) -> list[Flaw]:
    """Name every dangling prerequisite, every cycle and every required step that can never be reached."""
    dangling = [
        Flaw(
            kind=FlawKind.DANGLING,
            key=step.key,
            message=f"{step.key} needs {key}, which is not in the roadmap",
        )
        for step in steps
        for key in sorted({key for needs in step.needs for key in needs.of} - {s.key for s in steps})
    ]
    cycles = _cycles({step.key: {key for needs in step.needs for key in needs.of} for step in steps})
    named = {flaw.key for flaw in dangling} | {key for cycle in cycles for key in cycle}
    reachable = _reachable(steps)
    found = dangling + [
        Flaw(kind=FlawKind.CYCLE, key=cycle[0], message=f"these steps need each other: {' -> '.join(cycle)}")
        for cycle in cycles
    ]
    found += [
        Flaw(
            kind=FlawKind.UNREACHABLE,
            key=step.key,
            message=f"{step.key} is required and can never be reached",
        )
        for step in steps
        if not step.optional and step.key not in reachable | named
    ]
    if all(step.optional for step in steps):
        message = "no step is required, so the roadmap could never be completed"
        found.append(Flaw(kind=FlawKind.NOTHING_REQUIRED, key="", message=message))
    return found


def _cycles(needed: dict[str, set[str]]) -> list[list[str]]:
    """Return cycles, each as `a, b, a` where b needs a: one is found, cut open, and the next is looked for."""
    cycles: list[list[str]] = []
    while len(cycles) < _MOST_CYCLES:
        try:
            TopologicalSorter({key: sorted(needed[key]) for key in sorted(needed)}).prepare()
        except CycleError as error:
            cycle: list[str] = error.args[1]
            cycles.append(cycle)
            needed[cycle[1]].discard(cycle[0])
        else:
            break
    return cycles


def _reachable(steps: list[Step]) -> set[str]:
    reachable: set[str] = set()
    waiting = steps
    while True:
        taken = {s.key for s in waiting if all(len(reachable & set(n.of)) >= n.count for n in s.needs)}
        if not taken:
            return reachable
        reachable |= taken
        waiting = [step for step in waiting if step.key not in taken]
