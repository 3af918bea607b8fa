"""Mutations of workflows: operators start, pause, resume and cancel them, and retry and skip steps."""

import strawberry

from domain.accounts.scopes import Scope
from domain.accounts.users import Role
from domain.errors import ForbiddenError, IdempotencyKeyReusedError
from domain.ids import WorkflowId
from domain.workflows.workflows import StepNotRetriableError, StepNotSkippableError, WorkflowEndedError
from graph.directives import auth, requires_scopes
from graph.errors import declare_error
from graph.fields import given
from graph.mutations import mutated_by
from graph.scalars import JsonObject
from graph.workflows.workflows import Workflow
from resolvers.workflows import workflows

_ID = "The workflow, `workflow_...`."

declare_error(WorkflowEndedError, "The workflow has ended.")
declare_error(StepNotRetriableError, "The step waits, or it or one after it runs.")
declare_error(StepNotSkippableError, "The step runs or is done.")


@strawberry.input(description="A workflow to start.")
class StartWorkflowInput:
    """A template with inputs."""

    template: str = given("The name of the template, one of `workflowTemplates`.", required=True)
    version: int | None = given("The version; by default the newest.")
    inputs: JsonObject | None = given("The inputs by their names; by default none.")
    idempotency_key: str = given(
        "A new key for each new workflow; the same key gives the same workflow.", required=True
    )


@strawberry.input(description="A workflow to pause.")
class PauseWorkflowInput:
    """A workflow."""

    id: WorkflowId = given(_ID, required=True)


@strawberry.input(description="A workflow to resume.")
class ResumeWorkflowInput:
    """A workflow."""

    id: WorkflowId = given(_ID, required=True)


@strawberry.input(description="A workflow to cancel.")
class CancelWorkflowInput:
    """A workflow."""

    id: WorkflowId = given(_ID, required=True)


@strawberry.input(description="A step to begin again from.")
class RetryWorkflowStepInput:
    """A step."""

    id: WorkflowId = given(_ID, required=True)
    step: str = given("The key of the step.", required=True)


@strawberry.input(description="A step to pass over.")
class SkipWorkflowStepInput:
    """A step."""

    id: WorkflowId = given(_ID, required=True)
    step: str = given("The key of the step.", required=True)


_GIVES = {"workflow": (Workflow, "The workflow.")}
_RULE = auth(Role.OPERATOR)


@strawberry.type
class WorkflowMutations:
    """Mutations of workflows; the caller's role is checked in the database."""

    start_workflow = mutated_by(
        workflows.start_workflow,
        input=StartWorkflowInput,
        gives=_GIVES,
        refuses=(ForbiddenError, IdempotencyKeyReusedError),
        rule=(_RULE, requires_scopes(Scope.RUN_JOBS)),
        description="Starts a workflow of a template.",
    )
    pause_workflow = mutated_by(
        workflows.pause_workflow,
        input=PauseWorkflowInput,
        gives=_GIVES,
        refuses=(ForbiddenError, WorkflowEndedError),
        rule=_RULE,
        description="Lets no step of a workflow begin; jobs that were started go on.",
    )
    resume_workflow = mutated_by(
        workflows.resume_workflow,
        input=ResumeWorkflowInput,
        gives=_GIVES,
        refuses=(ForbiddenError, WorkflowEndedError),
        rule=_RULE,
        description="Begins the steps of a paused workflow that are due.",
    )
    cancel_workflow = mutated_by(
        workflows.cancel_workflow,
        input=CancelWorkflowInput,
        gives=_GIVES,
        refuses=(ForbiddenError, WorkflowEndedError),
        rule=_RULE,
        description="Ends a workflow and its jobs; what its steps have done stays.",
    )
    retry_workflow_step = mutated_by(
        workflows.retry_workflow_step,
        input=RetryWorkflowStepInput,
        gives=_GIVES,
        refuses=(ForbiddenError, StepNotRetriableError),
        rule=_RULE,
        description="Begins again from a step that has ended: it and all after it run anew.",
    )
    skip_workflow_step = mutated_by(
        workflows.skip_workflow_step,
        input=SkipWorkflowStepInput,
        gives=_GIVES,
        refuses=(ForbiddenError, WorkflowEndedError, StepNotSkippableError),
        rule=_RULE,
        description="Passes over a step that waits or has failed; those after it go on without its result.",
    )
