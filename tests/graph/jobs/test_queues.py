"""Queues, workers and schedules through the schema: what operators see and change."""

import asyncio
from datetime import timedelta
from typing import Any

from domain.accounts.users import Role, Viewer
from domain.unit_of_work import Meter
from tests.builders.jobs import a_worker
from tests.support.accounts import accepted, refusal
from tests.support.jobs import an_operator
from tests.support.schema_client import Asker

QUEUES = "{ jobQueues { name due pausedAt pauseReason pausedBy { id } } }"


async def maintenance(ask: Asker, viewer: Viewer) -> dict[str, Any]:
    """Return the queue that the tests pause."""
    found: dict[str, dict[str, Any]] = {
        queue["name"]: queue for queue in (await ask.data(QUEUES, viewer))["jobQueues"]
    }
    return found["maintenance"]


async def test_a_queue_is_paused_and_resumed_with_its_reason(ask: Asker) -> None:
    viewer = await an_operator(ask)

    await accepted(ask, viewer, "pauseQueue", queue="maintenance", reason="The disk is full.")
    paused = await maintenance(ask, viewer)
    resumed = await accepted(
        ask, viewer, "resumeQueue", "queue { name pausedAt pauseReason }", queue="maintenance"
    )

    assert paused["pauseReason"] == "The disk is full."
    assert paused["pausedBy"] == {"id": viewer.user_id}
    assert resumed["queue"] == {"name": "maintenance", "pausedAt": None, "pauseReason": None}


async def test_who_pauses_a_paused_queue_is_told_who_has_and_why(ask: Asker) -> None:
    ada, bob = await an_operator(ask), await an_operator(ask)
    selection = "wasPaused queue { pauseReason pausedBy { id } }"

    first = await accepted(ask, ada, "pauseQueue", selection, queue="maintenance", reason="The disk is full.")
    second = await accepted(ask, bob, "pauseQueue", selection, queue="maintenance", reason="A release.")

    kept = {"pauseReason": "The disk is full.", "pausedBy": {"id": ada.user_id}}
    assert [each["wasPaused"] for each in (first, second)] == [False, True]
    assert first["queue"] == second["queue"] == kept


async def test_two_operators_at_once_leave_one_state_and_no_error(ask: Asker) -> None:
    ada, bob = await an_operator(ask), await an_operator(ask)
    admin = await an_operator(ask, Role.ADMIN)

    await asyncio.gather(
        *(
            accepted(ask, viewer, name, queue="maintenance", **given)
            for viewer in (ada, bob)
            for name, given in (("pauseQueue", {"reason": "A test."}), ("resumeQueue", {}))
        )
    )
    log = (await ask.data("{ auditLog { nodes { action } } }", admin))["auditLog"]["nodes"]
    queue = await maintenance(ask, ada)

    actions = [entry["action"] for entry in reversed(log)]
    assert (queue["pausedAt"] is None) == (actions.count("QUEUE_PAUSED") == actions.count("QUEUE_RESUMED"))
    assert abs(actions.count("QUEUE_PAUSED") - actions.count("QUEUE_RESUMED")) <= 1


async def test_an_unknown_queue_or_schedule_is_refused_by_name(ask: Asker) -> None:
    viewer = await an_operator(ask)

    assert await refusal(ask, viewer, "pauseQueue", queue="mars", reason="x") == ("InvalidInput", "queue")
    assert await refusal(ask, viewer, "resumeQueue", queue="mars") == ("InvalidInput", "queue")
    assert await refusal(ask, viewer, "runSchedule", name="mars") == ("InvalidInput", "name")


async def test_a_schedule_is_run_now_and_not_twice_at_once(ask: Asker) -> None:
    viewer = await an_operator(ask)

    first = await accepted(ask, viewer, "runSchedule", "job { id kind state }", name="remove_expired")
    second = await accepted(ask, viewer, "runSchedule", "job { id }", name="remove_expired")
    listed = (await ask.data("{ schedules { name kind cron description nextAt lastAt } }", viewer))[
        "schedules"
    ]

    assert (first["job"]["kind"], first["job"]["state"]) == ("remove_expired", "QUEUED")
    assert second["job"]["id"] == first["job"]["id"]
    assert {"name": "remove_expired", "kind": "remove_expired", "cron": "17 * * * *"}.items() <= next(
        each for each in listed if each["name"] == "remove_expired"
    ).items()


async def test_workers_are_listed_while_they_live(ask: Asker) -> None:
    viewer = await an_operator(ask)
    async with ask.postgres.open_work(Meter()) as work:
        await work.queues.beat(a_worker(now=ask.clock(), running=2))
        await work.queues.beat(a_worker(now=ask.clock() - timedelta(minutes=1)))

    found = await ask.data("{ jobWorkers { queues capacity running } }", viewer)

    assert found["jobWorkers"] == [{"queues": ["default"], "capacity": 10, "running": 2}]


async def test_a_role_that_was_taken_away_counts_at_once(ask: Asker) -> None:
    viewer = await an_operator(ask)
    async with ask.postgres.open_work(Meter()) as work:
        await work.roles.set_roles(viewer.user_id, [Role.LEARNER])

    response = await ask(QUEUES, viewer)

    assert response["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await refusal(ask, viewer, "runSchedule", name="settle_xp") == ("Forbidden", None)
