"""The unit of work of workflows."""

from typing import Protocol

from domain.jobs.work import EnqueueingWork, JobsWork
from domain.workflows.templates import WorkflowTemplates
from domain.workflows.workflows import Workflows


class AdvancingWork(EnqueueingWork, Protocol):
    """The stores that a step needs to end, and those after it to begin."""

    @property
    def workflows(self) -> Workflows:
        """Workflows."""

    @property
    def workflow_templates(self) -> WorkflowTemplates:
        """Saved templates."""


class WorkflowsWork(AdvancingWork, JobsWork, Protocol):
    """The stores that verbs of workflows may use."""
