"""Workflow templates: which jobs run after which, and with what arguments; a saved version never changes."""

from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from domain.entities import entity
from domain.errors import DomainError


class WaitFor(Enum):
    """How many of the steps before it a step waits for."""

    ALL = "ALL"
    ANY = "ANY"


class WorkflowInputType(Enum):
    """What an input of a template holds."""

    STRING = "STRING"
    INTEGER = "INTEGER"
    NUMBER = "NUMBER"
    BOOLEAN = "BOOLEAN"
    STRINGS = "STRINGS"
    INTEGERS = "INTEGERS"


@entity
class WorkflowInput:
    """A value that a workflow is started with; one that is not required may be null."""

    name: str
    type: WorkflowInputType
    required: bool = False


@entity
class StepTemplate:
    """A step: the kind of its jobs, and when it begins.

    A value in `arguments` is a constant, or `{"from": PATH}`. A path is `inputs.NAME`, `results.STEP` with further
    names, or `item`. `after` are the keys of the steps before it, of which it waits for all or for any. With a
    `condition` it begins only where that holds. `for_each` is the path of a list: there is one job for each item.
    """

    key: str
    kind: str
    arguments: dict[str, Any]
    after: list[str]
    wait_for: WaitFor = WaitFor.ALL
    condition: str | None = None
    for_each: str | None = None


@entity
class WorkflowTemplate:
    """One version of a template. `is_shipped` is true for those of the platform, which come with a release."""

    name: str
    version: int
    description: str
    inputs: list[WorkflowInput]
    steps: list[StepTemplate]
    is_shipped: bool
    saved_at: datetime


@entity
class TemplateFinding:
    """What is wrong with a template: the step, if it is about one, and the field."""

    step: str | None
    field: str
    message: str


class TemplateRefusedError(DomainError):
    """The template cannot run."""

    code = "TEMPLATE_REFUSED"

    def __init__(self, findings: list[TemplateFinding], *, field: str) -> None:
        super().__init__("The template cannot run; `findings` says why.", field=field)
        self.findings = findings


class WorkflowTemplates(Protocol):
    """Saved versions of templates, which are only added."""

    async def add(self, template: WorkflowTemplate) -> WorkflowTemplate:
        """Store the template as the next version of its name, and return that."""

    async def ship(self, template: WorkflowTemplate) -> bool:
        """Store the template as the next version, unless it is what was shipped last; tells whether it was stored.

        Of several processes that ship the same one at a time, one stores it.
        """

    async def find(self, name: str, version: int | None) -> WorkflowTemplate | None:
        """Return this version of a template, or its newest."""

    async def shipped(self, name: str) -> WorkflowTemplate | None:
        """Return the newest version that came with the platform."""

    async def newest(self, *, limit: int) -> list[WorkflowTemplate]:
        """Return the newest version of each template, by name."""
