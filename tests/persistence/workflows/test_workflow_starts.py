"""Workflow starts: the version that a workflow runs, and what is refused before anything is stored."""

from typing import Any

import pytest

from domain.errors import InvalidInputError, NotFoundError
from domain.workflows import template_saves, workflow_starts
from domain.workflows.templates import WorkflowInputType
from domain.workflows.workflow_starts import WorkflowRequest
from persistence.work import SqlWork
from tests.builders.jobs import a_kind
from tests.builders.workflows import (
    ACT,
    a_step,
    a_template,
    a_vocabulary,
    an_input,
    jobs,
    run,
    started,
    states,
    steps_of,
)


async def test_a_workflow_keeps_the_version_that_it_began_with(work: SqlWork) -> None:
    old = await started(work, a_template(a_step("a"), a_step("b", "a")))
    new = await started(work, a_template(a_step("a"), a_step("z", "a")))

    await run(work, old.id, "a")

    assert (old.version, new.version) == (1, 2)
    assert await states(work, old.id) == {"a": "SUCCEEDED", "b": "RUNNING"}


async def test_a_kind_that_a_release_removed_fails_the_step_by_name(work: SqlWork) -> None:
    template = a_template(a_step("a"))
    saved = await template_saves.save(work, ACT, a_vocabulary(), template)
    asked = WorkflowRequest(template=saved.name, version=1, inputs={})

    workflow = await workflow_starts.start(work, ACT, a_vocabulary(a_kind(name="other")), asked)

    (step,) = (await steps_of(work, workflow.id)).values()
    assert step.error == "There is no kind of job count any more; skip the step."


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({}, "inputs.n"),
        ({"n": "1"}, "inputs.n"),
        ({"n": True}, "inputs.n"),
        ({"n": 1, "m": 1}, "inputs"),
        ({"n": 1, "names": ["a", 1]}, "inputs.names"),
        ({"n": 1, "names": "x" * 20_000}, "inputs"),
    ],
)
async def test_inputs_that_do_not_fit_are_refused_by_name(
    work: SqlWork, inputs: dict[str, Any], field: str
) -> None:
    template = a_template(
        a_step("a"),
        inputs=[
            an_input("n", WorkflowInputType.INTEGER, required=True),
            an_input("names", WorkflowInputType.STRINGS),
        ],
    )

    with pytest.raises(InvalidInputError) as refused:
        await started(work, template, **inputs)

    assert refused.value.field == field
    assert await jobs(work) == []


async def test_an_unknown_template_is_refused(work: SqlWork) -> None:
    asked = WorkflowRequest(template="nothing", version=None, inputs={})

    with pytest.raises(NotFoundError):
        await workflow_starts.start(work, ACT, a_vocabulary(), asked)
