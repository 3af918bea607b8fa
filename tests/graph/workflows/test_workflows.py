"""Workflows through the schema: who sees, starts, pauses, cancels, retries and skips, and how one is followed."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from domain import workflow_table
from domain.accounts.scopes import Scope
from domain.accounts.users import Role, Viewer
from domain.ids import milliseconds_of
from domain.unit_of_work import Meter
from domain.workflows import template_saves
from resolvers.workflows import workflows
from tests.builders import mint
from tests.support.accounts import accepted, mutate, refusal
from tests.support.jobs import an_operator
from tests.support.schema_client import Asker
from tests.support.workflows import end_job

DRAWING = """id template version state progress inputs startedAt finishedAt
    steps { key kind state waitsFor waitFor attempts jobs jobsEnded output error startedAt finishedAt }
    edges { source target }"""
LIST = """query ($state: WorkflowState, $template: String) {
    workflows(state: $state, template: $template) { nodes { id } } }"""
FOLLOW = "subscription ($id: ID!) { workflowProgress(id: $id) { state progress steps { key state } } }"
TEMPLATES = (
    "{ workflowTemplates { name version isShipped inputs { name type required } steps { key after } } }"
)
ADMIN_LOG = "{ auditLog { nodes { action target difference { name value } } } }"
NOBODY = mint("user")
ERASURE = {"template": "account_erasure"}
START = {"template": "recompute_projections", "inputs": {"weeks": 3}, "idempotencyKey": "one"}


def digest(**inputs: Any) -> dict[str, Any]:
    return {"template": "weekly_digest", "inputs": {"monday": "2026-03-02", "readers": []} | inputs}


@pytest.fixture(autouse=True)
async def shipped(ask: Asker) -> None:
    async with ask.postgres.open_work(Meter()) as work:
        await template_saves.ship(work, workflow_table.SHIPPED)


async def test_an_operator_starts_a_workflow_once_for_each_key_and_draws_it(ask: Asker) -> None:
    viewer = await an_operator(ask)

    first = (await accepted(ask, viewer, "startWorkflow", f"workflow {{ {DRAWING} }}", **START))["workflow"]
    again = await accepted(ask, viewer, "startWorkflow", "workflow { id }", **START)
    reused = await refusal(ask, viewer, "startWorkflow", **START | {"inputs": {}})
    (entry, *_) = (await ask.data(ADMIN_LOG, await an_operator(ask, Role.ADMIN)))["auditLog"]["nodes"]

    assert (first["state"], first["version"], first["inputs"]) == ("RUNNING", 1, {"weeks": 3})
    assert [(step["key"], step["state"], step["jobs"]) for step in first["steps"]] == [
        ("leaderboards", "RUNNING", 1),
        ("analytics", "RUNNING", 1),
        ("reconcile", "WAITING", 0),
    ]
    assert first["edges"] == [
        {"source": "leaderboards", "target": "reconcile"},
        {"source": "analytics", "target": "reconcile"},
    ]
    assert first["id"] == again["workflow"]["id"] == entry["target"]
    assert reused == ("IdempotencyKeyReused", "idempotencyKey")
    assert entry["action"] == "WORKFLOW_STARTED"


async def test_operators_list_workflows_and_learners_see_none(ask: Asker) -> None:
    viewer = await an_operator(ask)
    _, learner = await ask.learner()
    made = (await accepted(ask, viewer, "startWorkflow", "workflow { id }", **START))["workflow"]

    everything = await ask.data(LIST, viewer)
    running = await ask.data(LIST, viewer, state="RUNNING", template="recompute_projections")
    none = await ask.data(LIST, viewer, state="FAILED")
    node = "query ($id: ID!) { node(id: $id) { ... on Workflow { state } } }"
    found = await ask.data(node, viewer, id=made["id"])
    hidden = await ask(node, learner, id=made["id"])
    refused = [await ask(text, learner) for text in (LIST, TEMPLATES)]

    assert everything["workflows"]["nodes"] == running["workflows"]["nodes"] == [made]
    assert none["workflows"]["nodes"] == []
    assert found == {"node": {"state": "RUNNING"}}
    assert hidden["data"]["node"] is None
    assert [each["errors"][0]["extensions"]["code"] for each in refused] == ["FORBIDDEN", "FORBIDDEN"]
    for field, given in (
        ("startWorkflow", START),
        ("pauseWorkflow", {"id": made["id"]}),
        ("skipWorkflowStep", {"id": made["id"], "step": "reconcile"}),
    ):
        kind = f"{field[0].upper()}{field[1:]}Input"
        text = f"mutation ($input: {kind}!) {{ {field}(input: $input) {{ __typename }} }}"
        response = await ask(text, learner, input=given)
        assert response["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_key_of_an_operator_starts_and_reads_workflows_by_its_scopes(ask: Asker) -> None:
    viewer = await an_operator(ask)
    values = {"user_id": viewer.user_id, "session_id": viewer.session_id, "roles": viewer.roles}
    runs = Viewer(**values, scopes=frozenset({Scope.RUN_JOBS, Scope.READ_OPERATIONS}))
    reads = Viewer(**values, scopes=frozenset({Scope.READ_OPERATIONS}))

    await accepted(ask, runs, "startWorkflow", "workflow { id }", **START)
    listed = await ask.data("{ workflows { nodes { state steps { key } edges { source } } } }", reads)
    text = "mutation ($input: StartWorkflowInput!) { startWorkflow(input: $input) { __typename } }"
    refused = await ask(text, reads, input=START)

    assert len(listed["workflows"]["nodes"][0]["steps"]) == 3
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_workflow_about_a_learner_is_theirs_and_operators_do_not_see_whom_it_is_about(
    ask: Asker,
) -> None:
    viewer = await an_operator(ask)
    ada, learner = await ask.learner()
    about_ada = [ERASURE | {"inputs": {"user_id": ada.id}}, digest(readers=[ada.id])]
    for given in about_ada:
        await accepted(ask, viewer, "startWorkflow", **given, idempotencyKey=given["template"])
    own = "{ viewer { workflows { nodes { template } } jobs { nodes { kind } } } }"
    everyone = "{ workflows { nodes { template inputs } } }"

    of_learner = (await ask.data(own, learner))["viewer"]
    of_operator = (await ask.data(own, viewer))["viewer"]
    seen = (await ask.data(everyone, viewer))["workflows"]["nodes"]
    by_admin = (await ask.data(everyone, await an_operator(ask, Role.ADMIN)))["workflows"]["nodes"]

    assert of_learner["workflows"]["nodes"] == [{"template": "account_erasure"}]
    assert of_learner["jobs"]["nodes"] == [{"kind": "weekly_digest"}]
    assert of_operator["workflows"]["nodes"] == [{"template": "weekly_digest"}]
    assert [each["inputs"] for each in seen] == [
        {"monday": "2026-03-02", "readers": ["user_..."]},
        {"user_id": "user_..."},
    ]
    assert [each["inputs"] for each in by_admin] == [each["inputs"] for each in reversed(about_ada)]


async def test_a_workflow_is_paused_resumed_and_cancelled(ask: Asker) -> None:
    viewer = await an_operator(ask)
    made = (await accepted(ask, viewer, "startWorkflow", "workflow { id }", **START))["workflow"]

    seen = [
        (await accepted(ask, viewer, verb, "workflow { state }", **made))["workflow"]["state"]
        for verb in ("pauseWorkflow", "resumeWorkflow", "cancelWorkflow")
    ]
    after = await refusal(ask, viewer, "cancelWorkflow", **made)
    unknown = await refusal(ask, viewer, "pauseWorkflow", id=mint("workflow"))
    log = (await ask.data(ADMIN_LOG, await an_operator(ask, Role.ADMIN)))["auditLog"]["nodes"]

    assert seen == ["PAUSED", "RUNNING", "CANCELLED"]
    assert (after, unknown) == (("WorkflowEnded", "id"), ("NotFound", "id"))
    assert [entry["action"] for entry in log if entry["target"] == made["id"]] == [
        "WORKFLOW_CANCELLED",
        "WORKFLOW_RESUMED",
        "WORKFLOW_PAUSED",
        "WORKFLOW_STARTED",
    ]


async def test_two_operators_at_once_leave_one_state_and_an_entry_for_each_change(ask: Asker) -> None:
    ada, bob = await an_operator(ask), await an_operator(ask)
    made = (await accepted(ask, ada, "startWorkflow", "workflow { id }", **START))["workflow"]

    await asyncio.gather(
        *(
            accepted(ask, viewer, verb, "workflow { state }", **made)
            for viewer in (ada, bob)
            for verb in ("pauseWorkflow", "resumeWorkflow")
        )
    )
    log = (await ask.data(ADMIN_LOG, await an_operator(ask, Role.ADMIN)))["auditLog"]["nodes"]
    (workflow,) = (await ask.data("{ workflows { nodes { state } } }", ada))["workflows"]["nodes"]

    actions = [entry["action"] for entry in log if entry["target"] == made["id"]]
    pauses = actions.count("WORKFLOW_PAUSED") - actions.count("WORKFLOW_RESUMED")
    assert {0: "RUNNING", 1: "PAUSED"}[pauses] == workflow["state"]


async def test_a_failed_step_is_retried_and_then_skipped(ask: Asker) -> None:
    viewer = await an_operator(ask)
    made = (await accepted(ask, viewer, "startWorkflow", "workflow { id }", **START))["workflow"]
    await end_job(ask, made["id"], "analytics")
    await end_job(ask, made["id"], "leaderboards", fails=True)
    steps = "workflow { state steps { key state attempts error } }"

    early = await refusal(ask, viewer, "retryWorkflowStep", **made, step="reconcile")
    retried = (await accepted(ask, viewer, "retryWorkflowStep", steps, **made, step="leaderboards"))[
        "workflow"
    ]
    running = await refusal(ask, viewer, "skipWorkflowStep", **made, step="leaderboards")
    await end_job(ask, made["id"], "leaderboards", fails=True)
    skipped = (await accepted(ask, viewer, "skipWorkflowStep", steps, **made, step="leaderboards"))[
        "workflow"
    ]
    unknown = await refusal(ask, viewer, "skipWorkflowStep", **made, step="nothing")

    assert early == ("StepNotRetriable", "step")
    assert running == ("StepNotSkippable", "step")
    assert retried["steps"][0] == {"key": "leaderboards", "state": "RUNNING", "attempts": 2, "error": None}
    assert [step["state"] for step in skipped["steps"]] == ["SKIPPED", "SUCCEEDED", "RUNNING"]
    assert unknown == ("NotFound", "step")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"template": "nothing"}, ("NotFound", "template")),
        ({"version": 9}, ("NotFound", "template")),
        ({"inputs": {"weeks": "three"}}, ("InvalidInput", "inputs.weeks")),
        ({"inputs": {"months": 1}}, ("InvalidInput", "inputs")),
        ({"inputs": {"weeks": 1, "padding": "x" * 1_000_000}}, ("InvalidInput", "inputs")),
        ({"idempotencyKey": ""}, ("InvalidInput", "idempotencyKey")),
        ({"inputs": {"weeks": 521}}, ("InvalidInput", "inputs.weeks")),
        (ERASURE | {"inputs": {}}, ("InvalidInput", "inputs.user_id")),
        (ERASURE | {"inputs": {"user_id": 1}}, ("InvalidInput", "inputs.user_id")),
        (ERASURE | {"inputs": {"user_id": "ada"}}, ("InvalidInput", "inputs.user_id")),
        (ERASURE | {"inputs": {"user_id": NOBODY}}, ("NotFound", "inputs.user_id")),
        (digest(readers=[NOBODY]), ("NotFound", "inputs.readers")),
        (digest(readers=["ada"]), ("InvalidInput", "inputs.readers")),
        (digest(readers=[None]), ("InvalidInput", "inputs.readers")),
        (digest(monday="Monday"), ("InvalidInput", "inputs.monday")),
        (digest(monday="20260302"), ("InvalidInput", "inputs.monday")),
    ],
)
async def test_a_workflow_that_cannot_run_is_refused_by_name_and_not_stored(
    ask: Asker, given: dict[str, Any], error: tuple[str, str]
) -> None:
    viewer = await an_operator(ask)

    assert await refusal(ask, viewer, "startWorkflow", **START | given) == error
    assert (await ask.data(LIST, viewer))["workflows"]["nodes"] == []


async def test_a_workflow_is_followed_until_it_ends(ask: Asker) -> None:
    viewer = await an_operator(ask)
    made = (await accepted(ask, viewer, "startWorkflow", "workflow { id }", **START))["workflow"]

    events = await ask.stream(FOLLOW, viewer, id=made["id"])
    seen = [(await anext(events))["data"]["workflowProgress"]]
    for step in ("analytics", "leaderboards"):
        await end_job(ask, made["id"], step)
        seen.append((await anext(events))["data"]["workflowProgress"])
    await end_job(ask, made["id"], "reconcile")
    seen += [event["data"]["workflowProgress"] async for event in events]

    assert [(each["state"], each["progress"]) for each in seen] == [
        ("RUNNING", 0),
        ("RUNNING", 33),
        ("RUNNING", 66),
        ("SUCCEEDED", 100),
    ]
    assert [step["state"] for step in seen[2]["steps"]] == ["SUCCEEDED", "SUCCEEDED", "RUNNING"]


async def test_a_lost_signal_delays_a_follower_and_does_not_stop_it(
    ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflows, "LOOK_EVERY_S", 0.01)
    viewer = await an_operator(ask)
    made = (await accepted(ask, viewer, "startWorkflow", "workflow { id }", **START))["workflow"]
    events = await ask.stream(FOLLOW, viewer, id=made["id"])
    await anext(events)

    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute("UPDATE workflows SET state = 'FAILED'")
    rest = [event["data"]["workflowProgress"]["state"] async for event in events]

    assert rest == ["FAILED"]


async def test_a_learner_follows_no_workflow(ask: Asker) -> None:
    viewer = await an_operator(ask)
    _, learner = await ask.learner()
    made = (await accepted(ask, viewer, "startWorkflow", "workflow { id }", **START))["workflow"]

    refused = await ask.stream(FOLLOW, learner, id=made["id"])

    assert "errors" in (refused if isinstance(refused, dict) else await anext(refused))
    assert (await mutate(ask, viewer, "cancelWorkflow", **made))["userErrors"] == []


async def test_workflows_and_jobs_are_filtered_by_the_time_at_which_they_were_made(ask: Asker) -> None:
    viewer = await an_operator(ask)
    made = [
        (await accepted(ask, viewer, "startWorkflow", "workflow { id }", **START | {"idempotencyKey": key}))[
            "workflow"
        ]
        for key in ("first", "second")
    ]
    moments = [datetime.fromtimestamp(milliseconds_of(each["id"]) / 1_000, UTC).isoformat() for each in made]
    text = """query ($since: DateTime, $until: DateTime) {
        workflows(since: $since, until: $until) { nodes { id } }
        jobs(kind: "rebuild_analytics", since: $since, until: $until) { nodes { createdAt } }
        viewer { workflows(since: $since, until: $until, template: "recompute_projections") { nodes { id } }
            jobs(kind: "rebuild_analytics", since: $since, until: $until) { nodes { createdAt } } } }"""

    newer = await ask.data(text, viewer, since=moments[1])
    older = await ask.data(text, viewer, until=moments[1])
    both = await ask.data(text, viewer)
    backwards = await ask(text, viewer, since=moments[1], until=moments[0])

    assert [newer["workflows"]["nodes"], older["workflows"]["nodes"]] == [[made[1]], [made[0]]]
    assert [newer["viewer"]["workflows"]["nodes"], older["viewer"]["workflows"]["nodes"]] == [
        [made[1]],
        [made[0]],
    ]
    assert [len(each["jobs"]["nodes"]) for each in (newer, older, both)] == [1, 1, 2]
    assert {error["extensions"]["field"] for error in backwards["errors"]} == {"until"}
