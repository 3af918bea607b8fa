"""Jobs through the schema: who sees, starts, cancels, retries and discards them, and how one is followed."""

from typing import Any

import pytest

from domain.accounts.scopes import Scope
from domain.accounts.users import Role, Viewer
from domain.analytics.weekly_digests import WeeklyDigestArguments
from domain.job_table import KINDS
from domain.jobs import job_runs
from domain.mail.outbox import SEND_MAIL, SendMailArguments
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.builders.acts import an_act
from tests.builders.jobs import start
from tests.support.accounts import accepted, mutate, refusal
from tests.support.jobs import an_operator, begun, failed, queued
from tests.support.schema_client import Asker

JOBS = "query ($state: JobState, $kind: String) { jobs(state: $state, kind: $kind) { nodes { id state } } }"
FOLLOW = "subscription ($id: ID!) { jobProgress(id: $id) { state progress note } }"
ADMIN_LOG = "{ auditLog { nodes { action target difference { name value } } } }"


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN])
async def test_an_operator_lists_all_jobs_by_state_and_kind(ask: Asker, role: Role) -> None:
    viewer = await an_operator(ask, role)
    waiting, held = await queued(ask), await failed(ask)

    everything = (await ask.data(JOBS, viewer))["jobs"]["nodes"]
    of_state = (await ask.data(JOBS, viewer, state="FAILED"))["jobs"]["nodes"]
    unknown = await ask(JOBS, viewer, kind="nothing")

    assert [job["id"] for job in everything] == [held.id, waiting.id]
    assert of_state == [{"id": held.id, "state": "FAILED"}]
    assert unknown["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "rebuild_leaderboards" in unknown["errors"][0]["message"]


async def test_a_learner_sees_their_own_jobs_only(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    own, other = await queued(ask, ada.id), await queued(ask)

    text = "query ($ids: [ID!]!) { viewer { jobs { nodes { id } } } nodes(ids: $ids) { id } }"
    found = await ask.data(text, viewer, ids=[own.id, other.id])
    refused = await ask("{ jobs { nodes { id } } }", viewer)

    assert found == {"viewer": {"jobs": {"nodes": [{"id": own.id}]}}, "nodes": [{"id": own.id}, None]}
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_operators_see_no_user_in_the_jobs_of_others_and_admins_do(ask: Asker) -> None:
    ada, own = await ask.learner()
    async with ask.postgres.open_work(Meter()) as work:
        kind = KINDS["weekly_digest"]
        arguments = WeeklyDigestArguments(user_id=ada.id, monday="2026-03-02")
        job = await start(work, an_act(now=ask.clock()), kind, arguments=arguments, user_id=ada.id)
        result = {"outcome": "POSTED", "readers": [ada.id]}
        await work.runs.succeed(await begun(work, job.id), result=result, now=ask.clock())
    text = "{ jobs { nodes { kind user { id } result } } }"

    by_operator = await ask(text, await an_operator(ask))
    by_admin = await ask.data(text, await an_operator(ask, Role.ADMIN))
    by_owner = await ask.data("{ viewer { jobs { nodes { result } } } }", own)

    hidden = {"outcome": "POSTED", "readers": ["user_..."]}
    assert by_operator["data"]["jobs"]["nodes"] == [{"kind": "weekly_digest", "user": None, "result": hidden}]
    assert [error["extensions"]["code"] for error in by_operator["errors"]] == ["FORBIDDEN"]
    assert by_admin["jobs"]["nodes"] == [{"kind": "weekly_digest", "user": {"id": ada.id}, "result": result}]
    assert by_owner["viewer"]["jobs"]["nodes"] == [{"result": result}]


async def test_an_operator_starts_a_job_once_for_each_key(ask: Asker) -> None:
    viewer = await an_operator(ask)
    given = {"kind": "rebuild_leaderboards", "arguments": {"weeks": 3}, "idempotencyKey": "one"}

    first = await accepted(ask, viewer, "startJob", "job { id kind queue state }", **given)
    again = await accepted(ask, viewer, "startJob", "job { id }", **given)
    code, field = await refusal(ask, viewer, "startJob", **given | {"arguments": {"weeks": 4}})
    (entry, *_) = (await ask.data(ADMIN_LOG, await an_operator(ask, Role.ADMIN)))["auditLog"]["nodes"]

    assert first["job"] | {"id": ""} == {
        "id": "",
        "kind": "rebuild_leaderboards",
        "queue": "maintenance",
        "state": "QUEUED",
    }
    assert first["job"]["id"] == again["job"]["id"] == entry["target"]
    assert (code, field) == ("IdempotencyKeyReused", "idempotencyKey")
    assert entry["action"] == "JOB_STARTED"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "make_coffee"}, "kind"),
        ({"arguments": {"weeks": "three"}}, "arguments.weeks"),
        ({"arguments": {"weeks": True}}, "arguments.weeks"),
        ({"arguments": {"months": 1}}, "arguments"),
        ({"arguments": {"weeks": 1, "padding": "x" * 1_000_000}}, "arguments"),
        ({"runAt": "2020-01-01T00:00:00Z"}, "runAt"),
        ({"runAt": "2036-01-01T00:00:00Z"}, "runAt"),
    ],
)
async def test_a_job_that_cannot_run_is_refused_by_name_and_not_stored(
    ask: Asker, given: dict[str, Any], field: str
) -> None:
    viewer = await an_operator(ask)
    usual = {"kind": "rebuild_leaderboards", "idempotencyKey": "one"}

    refused = await refusal(ask, viewer, "startJob", **usual | given)

    assert refused == ("InvalidInput", field)
    assert (await ask.data(JOBS, viewer))["jobs"]["nodes"] == []


async def test_a_key_of_an_operator_starts_and_reads_jobs_by_its_scopes(ask: Asker) -> None:
    viewer = await an_operator(ask)
    given = {"kind": "settle_xp", "idempotencyKey": "one"}
    runs = Viewer(**values_of(viewer) | {"scopes": frozenset({Scope.RUN_JOBS, Scope.READ_OPERATIONS})})
    reads = Viewer(**values_of(viewer) | {"scopes": frozenset({Scope.READ_OPERATIONS})})

    job = await accepted(ask, runs, "startJob", "job { id }", **given)
    listed = await ask.data(JOBS, reads)
    text = "mutation ($input: StartJobInput!) { startJob(input: $input) { job { id } } }"
    refused = await ask(text, reads, input=given)

    assert [each["id"] for each in listed["jobs"]["nodes"]] == [job["job"]["id"]]
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def values_of(viewer: Viewer) -> dict[str, Any]:
    return {"user_id": viewer.user_id, "session_id": viewer.session_id, "roles": viewer.roles}


async def test_a_learner_cancels_their_own_job_and_no_other(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    own, other = await queued(ask, ada.id), await queued(ask)

    cancelled = await accepted(ask, viewer, "cancelJob", "job { state }", id=own.id)
    again = await refusal(ask, viewer, "cancelJob", id=own.id)
    foreign = await refusal(ask, viewer, "cancelJob", id=other.id)
    unknown = await refusal(ask, viewer, "cancelJob", id=mint("job"))

    assert cancelled["job"] == {"state": "CANCELLED"}
    assert again == ("JobEnded", "id")
    assert foreign == unknown == ("NotFound", "id")


async def test_a_job_that_a_mail_waits_for_is_not_cancelled(ask: Asker) -> None:
    viewer = await an_operator(ask)
    async with ask.postgres.open_work(Meter()) as work:
        job = await start(work, an_act(now=ask.clock()), SEND_MAIL, arguments=SendMailArguments(mail_id=1))

    refused = await mutate(ask, viewer, "cancelJob", id=job.id)

    (error,) = refused["userErrors"]
    assert (error["field"], "Suppress the address" in error["message"]) == ("id", True)


@pytest.mark.parametrize("weeks", [0, -1, 521, 10**12])
async def test_a_number_beyond_its_bounds_is_refused(ask: Asker, weeks: int) -> None:
    viewer = await an_operator(ask)

    refused = await refusal(
        ask, viewer, "startJob", kind="rebuild_leaderboards", arguments={"weeks": weeks}, idempotencyKey="a"
    )

    assert refused == ("InvalidInput", "arguments.weeks")


async def test_an_operator_retries_and_discards_failed_jobs(ask: Asker) -> None:
    viewer = await an_operator(ask)
    jobs = [await failed(ask) for _ in range(3)]

    by_id = await accepted(ask, viewer, "retryJobs", "jobs { id state }", ids=[jobs[0].id])
    by_queue = await accepted(
        ask, viewer, "discardJobs", "jobs { id state }", queue="maintenance", reason="Old."
    )
    rest = await accepted(ask, viewer, "discardJobs", "jobs { id state }", reason="They are of no use.")

    assert by_id["jobs"] == [{"id": jobs[0].id, "state": "QUEUED"}]
    assert by_queue["jobs"] == []
    assert [job["state"] for job in rest["jobs"]] == ["DISCARDED", "DISCARDED"]
    assert await refusal(ask, viewer, "retryJobs", ids=[jobs[1].id]) == ("JobNotFailed", "ids")
    told = await mutate(ask, viewer, "discardJobs", ids=[], kind="x", reason="")
    assert [error["field"] for error in told["userErrors"]] == ["reason", "kind", "ids"]


async def test_retrying_some_jobs_that_have_not_failed_changes_none(ask: Asker) -> None:
    viewer = await an_operator(ask)
    held, waiting = await failed(ask), await queued(ask)

    refused = await refusal(ask, viewer, "retryJobs", ids=[held.id, waiting.id])

    assert refused == ("JobNotFailed", "ids")
    assert (await ask.data(JOBS, viewer, state="FAILED"))["jobs"]["nodes"] == [
        {"id": held.id, "state": "FAILED"}
    ]


async def test_a_job_is_followed_until_it_ends(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    job = await queued(ask, ada.id)

    events = await ask.stream(FOLLOW, viewer, id=job.id)
    first = await anext(events)
    async with ask.postgres.open_work(Meter()) as work:
        run = await begun(work, job.id)
        await job_runs.report(work, run, progress=40, note="2 of 5")
    second = await anext(events)
    async with ask.postgres.open_work(Meter()) as work:
        await job_runs.succeed(work, run, result=None, now=ask.clock())
    rest = [event["data"]["jobProgress"] async for event in events]

    assert first["data"]["jobProgress"] == {"state": "QUEUED", "progress": 0, "note": None}
    assert second["data"]["jobProgress"] == {"state": "RUNNING", "progress": 40, "note": "2 of 5"}
    assert rest == [{"state": "SUCCEEDED", "progress": 100, "note": "2 of 5"}]


async def test_a_job_of_another_learner_is_not_followed(ask: Asker) -> None:
    _, viewer = await ask.learner()
    job = await queued(ask)

    (event,) = [event async for event in await ask.stream(FOLLOW, viewer, id=job.id)]

    assert event["errors"][0]["extensions"]["code"] == "NOT_FOUND"
