"""Vocabulary: what templates may name, and the language of their conditions."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.jobs.job_kinds import JobKinds
from domain.workflows.paths import Path
from domain.workflows.shapes import Shape
from domain.workflows.templates import WorkflowTemplate

LONGEST_CONDITION = 500
"""How many characters a condition holds at most."""


class ConditionError(DomainError):
    """The condition cannot be read, or not be computed from these values."""

    code = "CONDITION_INVALID"


class Conditions(Protocol):
    """The language of conditions: comparisons of inputs and results, without functions and without side effects.

    The time that a condition takes is bounded by its length and by that of the values.
    """

    def paths(self, condition: str) -> list[Path]:
        """Return the paths of the values that it reads; raises ConditionError with a sentence on what is wrong."""

    def check(self, condition: str, shape_of: Callable[[Path], Shape]) -> None:
        """Raise ConditionError where no values of these shapes allow to tell whether it holds."""

    def may_hold(self, condition: str, inputs: Mapping[str, Any]) -> bool:
        """Tell whether it may hold with these inputs, whatever the results are; raises ConditionError as `holds`."""

    def holds(self, condition: str, values: Mapping[str, Any]) -> bool:
        """Tell whether it holds; raises ConditionError where the values do not allow to tell."""


@entity
class Vocabulary:
    """All kinds of jobs, the language of conditions, and the templates of the platform."""

    kinds: JobKinds
    conditions: Conditions
    shipped: tuple[WorkflowTemplate, ...] = ()

    def kinds_of(self, name: str) -> frozenset[str] | None:
        """Return the kinds that the platform's own template of this name has; None where it has no such template."""
        found = next((each for each in self.shipped if each.name == name), None)
        return None if found is None else frozenset(step.kind for step in found.steps)
