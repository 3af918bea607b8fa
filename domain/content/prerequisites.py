"""Prerequisites of roadmap steps, and the flaws that keep a graph of steps from being published."""

from enum import Enum
from itertools import islice

from domain.entities import entity
from domain.ids import UserId

MOST_FLAWS = 100
"""How many flaws are listed."""
_MOST_NAMED = 20


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
    """A node as the rules of order and progress read it; every group of `needs` must be met.

    `author_id` is the author of the roadmap in which its lineage began: for a node of a fork, that of the origin. None
    where that is not known.
    """

    key: str
    title: str
    weight: int
    optional: bool
    quiz_slug: str | None
    needs: list[Needs]
    author_id: UserId | None = None


class FlawKind(Enum):
    """What keeps a roadmap from being published."""

    CYCLE = "CYCLE"
    DANGLING = "DANGLING"
    UNREACHABLE = "UNREACHABLE"
    NOTHING_REQUIRED = "NOTHING_REQUIRED"
    UNKNOWN_QUIZ = "UNKNOWN_QUIZ"
    FOREIGN_QUIZ = "FOREIGN_QUIZ"
    CLOSED_QUIZ = "CLOSED_QUIZ"
    WITHDRAWN_QUIZ = "WITHDRAWN_QUIZ"


@entity
class Flaw:
    """One flaw of the graph; `key` names the step at fault, and is empty for the graph as a whole."""

    kind: FlawKind
    key: str
    message: str


def flaws(steps: list[Step]) -> list[Flaw]:
    """Return every dangling prerequisite, every cycle and every required step that can never be reached.

    Time grows with the number of prerequisites, whatever their shape is.
    """
    keys = {step.key for step in steps}
    needed = {step.key: sorted({key for needs in step.needs for key in needs.of}) for step in steps}
    dangling = [
        Flaw(kind=FlawKind.DANGLING, key=step, message=f"{step} needs {key}, which is not in the roadmap")
        for step, of in needed.items()
        for key in of
        if key not in keys
    ]
    cycles = _cycles(needed)
    named = {flaw.key for flaw in dangling} | {key for cycle in cycles for key in cycle}
    told = named | _reachable(steps)
    found = dangling + [Flaw(kind=FlawKind.CYCLE, key=cycle[0], message=_told(cycle)) for cycle in cycles]
    found += [
        Flaw(
            kind=FlawKind.UNREACHABLE,
            key=step.key,
            message=f"{step.key} is required and can never be reached",
        )
        for step in steps
        if not step.optional and step.key not in told
    ]
    if all(step.optional for step in steps):
        message = "no step is required, so the roadmap could never be completed"
        found.append(Flaw(kind=FlawKind.NOTHING_REQUIRED, key="", message=message))
    return found


def _told(cycle: list[str]) -> str:
    """Name the steps of a cycle; of a very long one the first and the last."""
    left_out = len(cycle) - _MOST_NAMED
    if left_out > 0:
        half = _MOST_NAMED // 2
        cycle = [*cycle[:half], f"... {left_out} more ...", *cycle[-half:]]
    return f"these steps need each other: {' -> '.join(cycle)}"


def _cycles(needed: dict[str, list[str]]) -> list[list[str]]:
    """Return cycles, each as `a, b, a` where b needs a; cutting one prerequisite of each leaves none.

    A depth-first search meets every cycle at a prerequisite that is on its own path (Tarjan).
    """
    cycles: list[list[str]] = []
    done: set[str] = set()
    for root in sorted(needed):
        if root in done:
            continue
        path, waiting = {root: 0}, [iter(needed[root])]
        while waiting:
            key = next(waiting[-1], None)
            if key is None:
                waiting.pop()
                done.add(path.popitem()[0])
            elif key in path:
                cycle = list(islice(path, path[key], None))
                cycles.append([key, *reversed(cycle)])
            elif key in needed and key not in done:
                path[key] = len(path)
                waiting.append(iter(needed[key]))
    return cycles


def _reachable(steps: list[Step]) -> set[str]:
    """Return the steps that a learner can come to: a step is one once enough of each of its groups are."""
    missing = {step.key: [needs.count for needs in step.needs] for step in steps}
    waiting_for: dict[str, list[tuple[str, int]]] = {}
    for step in steps:
        for place, needs in enumerate(step.needs):
            for key in set(needs.of):
                waiting_for.setdefault(key, []).append((step.key, place))
    ready = [key for key, counts in missing.items() if not any(count > 0 for count in counts)]
    reachable = set(ready)
    while ready:
        for key, place in waiting_for.get(ready.pop(), ()):
            missing[key][place] -= 1
            if key not in reachable and not any(count > 0 for count in missing[key]):
                reachable.add(key)
                ready.append(key)
    return reachable
