"""Workflow starts: the version that a workflow runs, and what is refused before anything is stored."""

from dataclasses import field
from typing import Any

import pytest

from domain.entities import entity
from domain.errors import InvalidInputError, NotFoundError
from domain.ids import UserId
from domain.refusals import RefusalsError
from domain.workflows import template_saves, workflow_starts
from domain.workflows.templates import StepTemplate, WorkflowInputType
from domain.workflows.workflow_starts import WorkflowRequest
from persistence.stores import SqlWork
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


@entity
class BoundedArguments:
    """The arguments of a kind that counts to 9 at most."""

    to: int = field(metadata={"between": (1, 9)})
    user_id: UserId | None = None


async def test_a_workflow_keeps_the_version_that_it_began_with(work: SqlWork) -> None:
    old = await started(work, a_template(a_step("a"), a_step("b", "a")))
    new = await started(work, a_template(a_step("a"), a_step("z", "a")))

    await run(work, old.id, "a")

    assert (old.version, new.version) == (1, 2)
    assert await states(work, old.id) == {"a": "SUCCEEDED", "b": "RUNNING"}


async def test_a_kind_that_a_release_removed_fails_the_step_by_name(work: SqlWork) -> None:
    vocabulary = a_vocabulary(a_kind(), a_kind(name="other"))
    template = a_template(a_step("a"), a_step("b", "a", kind="other"))
    saved = await template_saves.save(work, ACT, vocabulary, template)
    asked = WorkflowRequest(template=saved.name, version=1, inputs={})
    workflow = await workflow_starts.start(work, ACT, vocabulary, asked)

    await run(work, workflow.id, "a")  # by a worker of the next release
    with pytest.raises(InvalidInputError) as refused:
        await workflow_starts.start(work, ACT, a_vocabulary(), asked)

    step = (await steps_of(work, workflow.id))["b"]
    assert step.error == "There is no kind of job other any more; skip the step."
    assert refused.value.field == "template"


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


INPUTS = [
    an_input("n", WorkflowInputType.INTEGER),
    an_input("who", WorkflowInputType.STRING),
    an_input("names", WorkflowInputType.STRINGS),
]
BOUNDED = a_kind(arguments=BoundedArguments)
BY_INPUT = {"to": {"from": "inputs.n"}}
TO_ITEM = {"to": 1, "user_id": {"from": "item"}}


@pytest.mark.parametrize(
    ("step", "inputs", "field"),
    [
        (a_step("a", arguments=BY_INPUT), {"n": 10}, "inputs.n"),
        (a_step("a", arguments=BY_INPUT, condition="inputs.n > 5"), {"n": 10}, "inputs.n"),
        (a_step("a", condition="inputs.n > 5"), {}, "inputs.n"),
        (a_step("a", condition="inputs.n > 5"), {"n": None}, "inputs.n"),
        (a_step("a", arguments={"to": 1, "user_id": {"from": "inputs.who"}}), {"who": "ada"}, "inputs.who"),
        (a_step("a", for_each="inputs.names", arguments=TO_ITEM), {"names": ["ada"]}, "inputs.names"),
        (a_step("a", for_each="inputs.names"), {}, "inputs.names"),
        (a_step("a", for_each="inputs.names"), {"names": ["a"] * 201}, "inputs.names"),
    ],
)
async def test_inputs_by_which_a_step_would_fail_are_refused_by_name_and_nothing_is_stored(
    work: SqlWork, step: StepTemplate, inputs: dict[str, Any], field: str
) -> None:
    last = a_step(
        "z", "first", **{name: getattr(step, name) for name in ("arguments", "condition", "for_each")}
    )
    for steps in ([step], [a_step("first"), last]):
        stored = await work.workflow_templates.add(a_template(*steps, inputs=INPUTS))
        asked = WorkflowRequest(template=stored.name, inputs=inputs)

        with pytest.raises(InvalidInputError) as refused:
            await workflow_starts.start(work, ACT, a_vocabulary(BOUNDED), asked)

        assert refused.value.field == field
    assert await jobs(work) == []
    assert await work.connection.raw.fetchval("SELECT count(*) FROM workflows") == 0


@pytest.mark.parametrize(
    ("condition", "inputs"),
    [
        ("inputs.n != None and inputs.n < 5", {"n": 10}),
        ("inputs.n != None and inputs.n < 5", {}),
        ("results.first.ok == True and inputs.n < 5", {"n": 10}),
        ("inputs.who == 'ada'", {"n": 10}),
    ],
)
async def test_inputs_of_a_step_that_cannot_begin_are_not_asked_about(
    work: SqlWork, condition: str, inputs: dict[str, Any]
) -> None:
    steps = [a_step("first"), a_step("a", "first", arguments=BY_INPUT, condition=condition)]
    stored = await work.workflow_templates.add(a_template(*steps, inputs=INPUTS))
    asked = WorkflowRequest(template=stored.name, inputs=inputs)

    workflow = await workflow_starts.start(work, ACT, a_vocabulary(BOUNDED), asked)

    assert await states(work, workflow.id) == {"first": "RUNNING", "a": "WAITING"}


async def test_every_input_at_fault_is_told_at_once(work: SqlWork) -> None:
    arguments = {"to": {"from": "inputs.n"}, "user_id": {"from": "inputs.who"}}
    steps = [a_step("a", arguments=arguments), a_step("b", arguments=arguments)]
    stored = await work.workflow_templates.add(a_template(*steps, inputs=INPUTS))
    asked = WorkflowRequest(template=stored.name, inputs={"n": 10, "who": "ada"})

    with pytest.raises(RefusalsError) as refused:
        await workflow_starts.start(work, ACT, a_vocabulary(BOUNDED), asked)

    assert [each.message for each in refused.value.refusals] == [
        "inputs.n must be from 1 to 9.",
        "inputs.who must be an id like user_....",
    ]


async def test_an_unknown_template_is_refused(work: SqlWork) -> None:
    asked = WorkflowRequest(template="nothing", version=None, inputs={})

    with pytest.raises(NotFoundError):
        await workflow_starts.start(work, ACT, a_vocabulary(), asked)
