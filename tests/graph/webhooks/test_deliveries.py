"""Webhook deliveries through the schema: the log, who sees a payload, replays and tests."""

from typing import Any

from domain.jobs.job_states import JobState
from domain.unit_of_work import Meter
from domain.webhooks.deliveries import WebhookDeliveryState, WebhookFailure
from domain.webhooks.events import WebhookEvent
from tests.support.accounts import ADMINS, accepted, refusal
from tests.support.jobs import an_operator
from tests.support.schema_client import Asker
from tests.support.webhooks import deliveries, ended_delivery, stored_delivery, stored_endpoint

LIST = """query ($endpointId: ID, $event: WebhookEvent, $state: WebhookDeliveryState, $since: DateTime, $until: DateTime) {
  webhookDeliveries(endpointId: $endpointId, event: $event, state: $state, since: $since, until: $until) { nodes { id } }
}"""
PAYLOAD = "{ webhookDeliveries { nodes { payload endpoint { id } job { kind state } } } }"


async def listed(ask: Asker, viewer: Any, **given: Any) -> list[str]:
    data = await ask.data(LIST, viewer, **given)
    return [node["id"] for node in data["webhookDeliveries"]["nodes"]]


async def test_the_log_is_filtered_by_endpoint_event_state_and_time(ask: Asker) -> None:
    viewer = await an_operator(ask)
    one, other = await stored_endpoint(ask), await stored_endpoint(ask)
    waiting = await stored_delivery(ask, one)
    failed = await ended_delivery(ask, one, WebhookFailure.TIMEOUT, event=WebhookEvent.XP_AWARDED)
    delivered = await ended_delivery(ask, other)

    assert await listed(ask, viewer) == [delivered.id, failed.id, waiting.id]
    assert await listed(ask, viewer, endpointId=one.id) == [failed.id, waiting.id]
    assert await listed(ask, viewer, event="XP_AWARDED") == [failed.id]
    assert await listed(ask, viewer, state="DELIVERED") == [delivered.id]
    assert await listed(ask, viewer, endpointId=one.id, state="DELIVERED") == []
    assert len(await listed(ask, viewer, since="2026-02-01T00:00:00Z", until="2027-01-01T00:00:00Z")) == 3
    assert await listed(ask, viewer, since="2027-01-01T00:00:00Z") == []
    assert await listed(ask, viewer, until="2026-02-01T00:00:00Z") == []
    response = await ask(LIST, viewer, since="2027-01-01T00:00:00Z", until="2026-01-01T00:00:00Z")
    assert response["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_an_operator_sees_the_log_without_payloads_and_an_admin_with_them(ask: Asker) -> None:
    endpoint = await stored_endpoint(ask)
    made = await stored_delivery(ask, endpoint)
    _, admin = await ask.learner(roles=ADMINS)

    seen = await ask(PAYLOAD, await an_operator(ask))
    whole = await ask.data(PAYLOAD, admin)

    (node,) = seen["data"]["webhookDeliveries"]["nodes"]
    assert node == {
        "payload": None,
        "endpoint": {"id": endpoint.id},
        "job": {"kind": "deliver_webhook", "state": "QUEUED"},
    }
    assert {error["extensions"]["code"] for error in seen["errors"]} == {"FORBIDDEN"}
    assert whole["webhookDeliveries"]["nodes"][0]["payload"] == made.payload


async def test_a_replay_waits_again_for_a_new_job_under_the_same_event_id(ask: Asker) -> None:
    viewer = await an_operator(ask)
    made = await ended_delivery(ask, await stored_endpoint(ask), WebhookFailure.TIMEOUT)

    answer = await accepted(
        ask, viewer, "replayWebhookDelivery", "delivery { state attempts eventId job { id } }", id=made.id
    )

    again = answer["delivery"]
    assert (again["state"], again["attempts"], again["eventId"]) == ("PENDING", 1, made.event_id)
    assert again["job"]["id"] != made.job_id
    async with ask.postgres.open_reads(Meter()) as reads:
        (job,) = await reads.jobs.by_ids([again["job"]["id"]], viewer_id=None, sees_all=True)
    assert job is not None
    assert (job.state, job.arguments) == (JobState.QUEUED, {"delivery_id": made.id})
    text = "{ auditLog(action: WEBHOOK_REPLAYED) { nodes { target } } }"
    _, admin = await ask.learner(roles=ADMINS)
    assert (await ask.data(text, admin))["auditLog"]["nodes"] == [{"target": made.id}]


async def test_what_is_still_tried_or_has_a_disabled_endpoint_is_not_replayed(ask: Asker) -> None:
    viewer = await an_operator(ask)
    waiting = await stored_delivery(ask, await stored_endpoint(ask))
    idle = await stored_endpoint(ask, disabled_at=ask.clock())
    failed = await ended_delivery(ask, idle, WebhookFailure.TIMEOUT)

    assert await refusal(ask, viewer, "replayWebhookDelivery", id=waiting.id) == (
        "WebhookDeliveryPending",
        "id",
    )
    assert await refusal(ask, viewer, "replayWebhookDelivery", id=failed.id) == (
        "WebhookEndpointDisabled",
        "id",
    )
    answer = await accepted(ask, viewer, "replayWebhookDeliveries", "deliveries { id }", endpointId=idle.id)
    assert answer["deliveries"] == []


async def test_failed_deliveries_are_replayed_by_a_filter(ask: Asker) -> None:
    viewer = await an_operator(ask)
    one, other = await stored_endpoint(ask), await stored_endpoint(ask)
    failed = [await ended_delivery(ask, one, WebhookFailure.TIMEOUT) for _ in range(2)]
    delivered = await ended_delivery(ask, one)
    await ended_delivery(ask, other, WebhookFailure.TIMEOUT)

    answer = await accepted(ask, viewer, "replayWebhookDeliveries", "deliveries { id }", endpointId=one.id)
    again = await accepted(ask, viewer, "replayWebhookDeliveries", "deliveries { id }", endpointId=one.id)
    done = await accepted(
        ask, viewer, "replayWebhookDeliveries", "deliveries { id }", endpointId=one.id, state="DELIVERED"
    )

    assert [each["id"] for each in answer["deliveries"]] == [each.id for each in failed]
    assert again["deliveries"] == []
    assert [each["id"] for each in done["deliveries"]] == [delivered.id]


async def test_a_test_event_goes_to_one_endpoint_whatever_it_subscribes_to(ask: Asker) -> None:
    viewer = await an_operator(ask)
    endpoint = await stored_endpoint(ask, WebhookEvent.XP_AWARDED)
    await stored_endpoint(ask)

    await accepted(ask, viewer, "sendTestWebhook", "delivery { id }", id=endpoint.id)

    (made,) = await deliveries(ask)
    assert (made.endpoint_id, made.event, made.user_id) == (endpoint.id, WebhookEvent.PING, None)
    assert made.payload["data"] == {"endpointId": endpoint.id}
    assert made.state is WebhookDeliveryState.PENDING


async def test_what_is_about_an_erased_user_is_gone_and_not_sent(ask: Asker) -> None:
    user, _ = await ask.learner()
    endpoint = await stored_endpoint(ask)
    await stored_delivery(ask, endpoint, user_id=user.id, payload={"data": {"userId": user.id}})
    kept = await stored_delivery(ask, endpoint)
    async with ask.postgres.open_work(Meter()) as work:
        sections = await work.exports.sections(user.id)
        await work.deletions.anonymise(user.id, handle="deleted-1", now=ask.clock())

    assert user.id in sections["webhook_deliveries"]
    assert [each.id for each in await deliveries(ask)] == [kept.id]
