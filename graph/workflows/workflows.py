"""Workflows: the types, the list, and the subscription."""

from datetime import datetime

import strawberry

from domain.ids import WorkflowId
from domain.workflows.template_checks import MOST_STEPS
from domain.workflows.templates import WaitFor
from domain.workflows.workflows import WorkflowState, WorkflowStepState
from graph.enums import declare_enum
from graph.fields import arg, attribute, loaded_by, resolved_by, streamed_by
from graph.jobs.jobs import MADE_WITHIN, OPERATOR_READS, OWNER_READS
from graph.node import Node
from graph.paging import Connection
from graph.scalars import JsonObject
from resolvers.workflows import loaders, workflows

MOST_EDGES = MOST_STEPS * MOST_STEPS
_USERS = "Only admins see ids of users in it; others read `user_...`."

declare_enum(
    WorkflowState,
    "Where a workflow is in its life.",
    RUNNING="A step of it runs.",
    PAUSED="No step begins until it is resumed; jobs that were started go on.",
    SUCCEEDED="Each step has succeeded or was skipped.",
    FAILED="A step has failed, and nothing else can run; operators retry or skip the step.",
    CANCELLED="It was cancelled.",
)
declare_enum(
    WorkflowStepState,
    "Where a step is in its life.",
    WAITING="It waits for steps before it.",
    RUNNING="It has jobs that wait or run.",
    SUCCEEDED="It is done.",
    FAILED="A job of it has failed on every attempt, or its condition or arguments could not be computed.",
    SKIPPED="Its condition does not hold, or an operator skipped it.",
    CANCELLED="The workflow was cancelled before it was done.",
)
declare_enum(
    WaitFor,
    "How many of the steps before it a step waits for.",
    ALL="For all: each has succeeded or was skipped.",
    ANY="For one that has succeeded; it is skipped where all were skipped.",
)


@strawberry.type(description="A step of a workflow.", directives=[*OWNER_READS])
class WorkflowStep:
    """One step."""

    key: str = attribute("Its name in the template.")
    kind: str = attribute("The kind of its jobs.")
    state: WorkflowStepState = attribute("Where it is in its life.")
    waits_for: list[str] = attribute("The steps before it.", at_most=MOST_STEPS, usual=2)
    wait_for: WaitFor = attribute("How many of these it waits for.")
    attempts: int = attribute("How often it began: once, and once more for each retry by an operator.")
    jobs: int = attribute("How many jobs its present attempt has: one, or one for each item.")
    jobs_ended: int = attribute("How many of these have ended.")
    output: JsonObject | None = resolved_by(
        workflows.output,
        description=f"The result of its job, or `items` with one for each item; for operators. {_USERS}",
        rule=OPERATOR_READS,
    )
    error: str | None = attribute("Why it failed; for operators.", rule=OPERATOR_READS)
    started_at: datetime | None = attribute("When its present attempt began.")
    finished_at: datetime | None = attribute("When it ended.")


@strawberry.type(
    description="An arrow between two steps: `target` waits for `source`.", directives=[*OWNER_READS]
)
class StepEdge:
    """One arrow."""

    source: str = attribute("The step before.")
    target: str = attribute("The step that waits.")


@strawberry.type(
    description="A run of one version of a template; steps and edges are what a drawing of it needs. Learners see "
    "those that are about them.",
    directives=[*OWNER_READS],
)
class Workflow(Node):
    """One workflow."""

    id: WorkflowId = attribute("The workflow's id, `workflow_...`; ids order by time.")
    template: str = attribute("The name of its template.")
    version: int = attribute("The version of the template that it runs, whatever is saved later.")
    state: WorkflowState = attribute("Where it is in its life.")
    inputs: JsonObject | None = resolved_by(
        workflows.inputs,
        description=f"What it was started with; for operators. {_USERS}",
        rule=OPERATOR_READS,
    )
    progress: int = attribute("How much is done, from 0 to 100; each step counts the same.")
    started_at: datetime = attribute("When it was started.")
    finished_at: datetime | None = attribute("When it ended.")
    steps: list[WorkflowStep] = loaded_by(
        loaders.steps_by_workflow,
        key="id",
        description="The steps, in the order of the template.",
        at_most=MOST_STEPS,
        usual=5,
    )
    edges: list[StepEdge] = resolved_by(
        workflows.edges,
        description="The arrows between steps.",
        at_most=MOST_EDGES,
        usual=5,
    )


@strawberry.type
class WorkflowQueries:
    """Root fields about workflows."""

    workflows: Connection[Workflow] | None = resolved_by(
        workflows.workflows,
        description="All workflows, newest first. The caller's role is checked in the database.",
        rule=OPERATOR_READS,
        args={"state": "Only workflows in this state.", "template": "Only workflows of this template."}
        | MADE_WITHIN,
    )


@strawberry.type
class WorkflowSubscriptions:
    """The subscription of workflows."""

    workflow_progress: Workflow | None = streamed_by(
        workflows.workflow_progress,
        description="The workflow now and at each change; the stream is complete when the workflow has ended.",
        rule=OWNER_READS,
        args={"id": arg(WorkflowId, "The workflow.")},
    )
