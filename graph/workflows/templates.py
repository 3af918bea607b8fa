"""Templates of workflows: the types, the list, and the mutation that saves a version."""

from datetime import datetime

import strawberry

from domain.accounts.users import Role
from domain.errors import ForbiddenError
from domain.workflows import template_saves
from domain.workflows.template_checks import (
    LARGEST_BYTES,
    LONGEST_DESCRIPTION,
    MOST_FINDINGS,
    MOST_INPUTS,
    MOST_STEPS,
)
from domain.workflows.templates import TemplateRefusedError, WaitFor, WorkflowInputType
from domain.workflows.vocabulary import LONGEST_CONDITION
from graph.directives import auth, public
from graph.enums import declare_enum
from graph.errors import UserError, declare_error
from graph.fields import attribute, given, resolved_by
from graph.jobs.jobs import OPERATOR_READS
from graph.mutations import mutated_by
from graph.scalars import JsonObject
from resolvers.workflows import templates

_KEY = "The step's name in its template: letters, digits and _."
_ARGUMENTS = (
    'The arguments of its jobs: each a constant, or `{"from": PATH}`. A path is `inputs.NAME`, `results.STEP` with '
    "further names, or `item`. A value that is null leaves the argument at its default."
)
_AFTER = "The steps before it."
_CONDITION = (
    "It begins only where this holds, and is skipped elsewhere: comparisons of paths and constants, joined by and, or "
    "and not."
)
_FOR_EACH = "The path of a list; the step has one job for each item, and the result `items`."

declare_enum(
    WorkflowInputType,
    "What an input of a template holds.",
    STRING="A string, or an id.",
    INTEGER="A whole number.",
    NUMBER="A number.",
    BOOLEAN="True or false.",
    STRINGS="A list of strings, or of ids.",
    INTEGERS="A list of whole numbers.",
)


@strawberry.type(description="A value that a workflow is started with.", directives=[*OPERATOR_READS])
class WorkflowInput:
    """One input."""

    name: str = attribute("Its name, for `inputs` of `startWorkflow`.")
    type: WorkflowInputType = attribute("What it holds.")
    required: bool = attribute("Whether a workflow needs it.")


@strawberry.type(description="A step of a template.", directives=[*OPERATOR_READS])
class StepTemplate:
    """One step."""

    key: str = attribute(_KEY)
    kind: str = attribute("The kind of its jobs, one of `jobKinds`.")
    arguments: JsonObject = attribute(_ARGUMENTS)
    after: list[str] = attribute(_AFTER, at_most=MOST_STEPS, usual=2)
    wait_for: WaitFor = attribute("How many of these it waits for.")
    condition: str | None = attribute(_CONDITION)
    for_each: str | None = attribute(_FOR_EACH)


@strawberry.type(
    description="A version of a template: which jobs run after which. It never changes.",
    directives=[*OPERATOR_READS],
)
class WorkflowTemplate:
    """One version."""

    name: str = attribute("Its name, for `startWorkflow`.")
    version: int = attribute("The version, from 1.")
    description: str = attribute("What its workflows do.")
    inputs: list[WorkflowInput] = attribute("What a workflow is started with.", at_most=MOST_INPUTS, usual=3)
    steps: list[StepTemplate] = attribute("The steps.", at_most=MOST_STEPS, usual=5)
    is_shipped: bool = attribute("Whether it came with the platform.")
    saved_at: datetime = attribute("When it was saved; for one of the platform, when it was written.")


@strawberry.type(description="Something that is wrong with a template.", directives=[public()])
class TemplateFinding:
    """One finding."""

    step: str | None = attribute("The step that it is about; null for the template as a whole.")
    field: str = attribute("The field that it is about, like `arguments.weeks`.")
    message: str = attribute("A sentence that says what is wrong.")


@strawberry.type
class TemplateRefusedBase(UserError):  # noqa: N818 - a type of the schema
    """Adds the findings to a refusal."""

    findings: list[TemplateFinding] = attribute("Everything that is wrong.", at_most=MOST_FINDINGS)


declare_error(
    TemplateRefusedError,
    "The template cannot run, and was not saved; `findings` says why.",
    base=TemplateRefusedBase,
)


@strawberry.type
class TemplateQueries:
    """Root fields about templates."""

    workflow_templates: list[WorkflowTemplate] | None = resolved_by(
        templates.workflow_templates,
        description="The newest version of each template, by name. The caller's role is checked in the database.",
        rule=OPERATOR_READS,
        at_most=template_saves.MOST_TEMPLATES,
    )


@strawberry.input(description="A value that a workflow is started with.")
class WorkflowInputInput:
    """One input."""

    name: str = given("Its name: letters, digits and _.", required=True)
    type: WorkflowInputType = given("What it holds.", required=True)
    required: bool = given("Whether a workflow needs it.", default=False)


@strawberry.input(description="A step of a template.")
class StepTemplateInput:
    """One step."""

    key: str = given(_KEY, required=True)
    kind: str = given("The kind of its jobs, one of `jobKinds` that OPERATOR starts.", required=True)
    arguments: JsonObject | None = given(_ARGUMENTS, default=None)
    after: list[str] | None = given(_AFTER, default=None)
    wait_for: WaitFor = given("How many of these it waits for.", default=WaitFor.ALL)
    condition: str | None = given(f"{_CONDITION} At most {LONGEST_CONDITION} characters.", default=None)
    for_each: str | None = given(_FOR_EACH, default=None)


@strawberry.input(description="A template to save.")
class SaveWorkflowTemplateInput:
    """A template."""

    name: str = given(
        "Its name: 1 to 64 of a-z, 0-9 and _. The next version of a template has the same name.",
        required=True,
    )
    description: str = given(f"What its workflows do: 1 to {LONGEST_DESCRIPTION} characters.", required=True)
    inputs: list[WorkflowInputInput] | None = given(
        f"What a workflow is started with, at most {MOST_INPUTS}."
    )
    steps: list[StepTemplateInput] = given(
        f"The steps, 1 to {MOST_STEPS}, with {LARGEST_BYTES} bytes at most.", required=True
    )


@strawberry.type
class TemplateMutations:
    """Mutations of templates; the caller's role is checked in the database."""

    save_workflow_template = mutated_by(
        templates.save_workflow_template,
        input=SaveWorkflowTemplateInput,
        gives={"template": (WorkflowTemplate, "The saved version.")},
        refuses=(ForbiddenError, TemplateRefusedError),
        rule=auth(Role.OPERATOR),
        description="Saves the next version of a template; workflows that run keep theirs. The names of templates that "
        "come with the platform are for ADMIN in person; the platform itself runs its own versions only.",
    )
