"""Webhook endpoints through the schema: who may change them, what is refused, and what the audit log says."""

from datetime import timedelta
from typing import Any

import pytest

from domain.accounts.scopes import Scope
from domain.accounts.users import Role
from domain.mail.mails import MailKind
from domain.unit_of_work import Meter
from domain.webhooks.deliveries import WebhookFailure
from domain.webhooks.endpoints import DISABLED_AFTER
from domain.webhooks.events import WebhookEvent
from tests.builders import mint
from tests.support.accounts import ADMINS, accepted, mutate, refusal
from tests.support.jobs import an_operator
from tests.support.schema_client import Asker
from tests.support.webhooks import answered, deliveries, stored_delivery, stored_endpoint

ENDPOINT = "secret endpoint { id url description events state owner { id } previousSecretUntil }"
GIVEN = {"url": "https://Example.org/hooks?key=s3cret", "events": ["USER_REGISTERED", "XP_AWARDED"]}
ONE = "query ($id: ID!) { webhookEndpoint(id: $id) { state disabledBecause failingSince origin events } }"


async def audited(ask: Asker, action: str) -> list[dict[str, Any]]:
    _, admin = await ask.learner(roles=ADMINS)
    text = "query ($a: AuditAction) { auditLog(action: $a) { nodes { target difference { name value } } } }"
    nodes: list[dict[str, Any]] = (await ask.data(text, admin, a=action))["auditLog"]["nodes"]
    return nodes


async def test_an_admin_creates_an_endpoint_and_sees_its_secret_once(ask: Asker) -> None:
    admin, viewer = await ask.learner(roles=ADMINS)

    made = await accepted(ask, viewer, "createWebhookEndpoint", ENDPOINT, **GIVEN)

    assert made["secret"].startswith("whsec_")
    assert made["endpoint"] | {"id": ""} == {
        "id": "",
        "url": "https://example.org/hooks?key=s3cret",
        "description": "",
        "events": ["XP_AWARDED", "USER_REGISTERED"],
        "state": "ENABLED",
        "owner": {"id": admin.id},
        "previousSecretUntil": None,
    }
    (entry,) = await audited(ask, "WEBHOOK_CREATED")
    assert entry["target"] == made["endpoint"]["id"]
    assert "s3cret" not in str(entry)
    assert "whsec" not in str(entry)
    async with ask.postgres.open_reads(Meter()) as reads:
        stored = await reads.connection.raw.fetchval("SELECT secret FROM webhook_endpoints")
    assert made["secret"].encode() not in stored


@pytest.mark.parametrize(
    "mutation", ["createWebhookEndpoint", "rotateWebhookSecret", "deleteWebhookEndpoint"]
)
async def test_only_admins_decide_where_events_go(ask: Asker, mutation: str) -> None:
    endpoint = await stored_endpoint(ask)
    viewer = await an_operator(ask)
    given = GIVEN if mutation == "createWebhookEndpoint" else {"id": endpoint.id}
    title = mutation[0].upper() + mutation[1:]
    text = (
        f"mutation ($input: {title}Input!) {{ {mutation}(input: $input) {{ userErrors {{ __typename }} }} }}"
    )

    response = await ask(text, viewer, input=given)

    assert [error["extensions"]["code"] for error in response["errors"]] == ["FORBIDDEN"]


async def test_an_operator_disables_and_enables_and_changes_nothing_else(ask: Asker) -> None:
    endpoint = await stored_endpoint(ask)
    viewer = await an_operator(ask)

    for given in ({"url": "https://example.com/"}, {"events": ["XP_AWARDED"]}, {"description": "x"}):
        (field,) = given
        refused = await refusal(ask, viewer, "updateWebhookEndpoint", id=endpoint.id, **given)
        assert refused == ("Forbidden", field)
    await accepted(ask, viewer, "updateWebhookEndpoint", id=endpoint.id, enabled=False)
    disabled = (await ask.data(ONE, viewer, id=endpoint.id))["webhookEndpoint"]
    await accepted(ask, viewer, "updateWebhookEndpoint", id=endpoint.id, enabled=True)
    enabled = (await ask.data(ONE, viewer, id=endpoint.id))["webhookEndpoint"]

    assert (disabled["state"], disabled["disabledBecause"]) == ("DISABLED", "BY_HAND")
    assert (enabled["state"], enabled["disabledBecause"]) == ("ENABLED", None)
    assert enabled["origin"] == "https://example.org"
    assert len(await audited(ask, "WEBHOOK_CHANGED")) == 2


async def test_operators_see_where_an_endpoint_is_and_not_its_path(ask: Asker) -> None:
    endpoint = await stored_endpoint(ask, url="https://example.org/hooks/s3cret?key=s3cret")
    _, admin = await ask.learner(roles=ADMINS)
    text = "{ webhookEndpoints { nodes { id origin url } } }"

    seen = await ask(text, await an_operator(ask))
    by_admin = await ask.data(text, admin)

    assert seen["data"]["webhookEndpoints"]["nodes"] == [
        {"id": endpoint.id, "origin": "https://example.org", "url": None}
    ]
    assert [error["extensions"]["code"] for error in seen["errors"]] == ["FORBIDDEN"]
    assert by_admin["webhookEndpoints"]["nodes"][0]["url"] == endpoint.url


async def test_an_operator_is_told_what_only_admins_change(ask: Asker) -> None:
    endpoint = await stored_endpoint(ask)
    viewer = await an_operator(ask)

    answer = await mutate(ask, viewer, "updateWebhookEndpoint", id=endpoint.id, events=["XP_AWARDED"])

    (error,) = answer["userErrors"]
    assert error["message"] == "Only ADMIN changes events; OPERATOR enables and disables the endpoint."


async def test_a_role_that_was_taken_away_is_refused_by_the_database(ask: Asker) -> None:
    user, viewer = await ask.learner(roles=ADMINS)
    async with ask.postgres.open_work(Meter()) as work:
        await work.roles.set_roles(user.id, [Role.LEARNER])

    assert await refusal(ask, viewer, "createWebhookEndpoint", **GIVEN) == ("Forbidden", None)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"url": "http://example.org/"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"url": "https://[::ffff:169.254.169.254]/"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["PING"]}, "events"),
        ({"description": "x" * 201}, "description"),
    ],
)
async def test_wrong_input_is_refused_by_its_field_and_stores_nothing(
    ask: Asker, given: dict[str, Any], field: str
) -> None:
    _, viewer = await ask.learner(roles=ADMINS)

    assert await refusal(ask, viewer, "createWebhookEndpoint", **(GIVEN | given)) == ("InvalidInput", field)
    assert (await ask.data("{ webhookEndpoints { nodes { id } } }", viewer))["webhookEndpoints"][
        "nodes"
    ] == []


async def test_there_are_twenty_endpoints_at_most(ask: Asker) -> None:
    _, viewer = await ask.learner(roles=ADMINS)
    for _ in range(20):
        await stored_endpoint(ask)

    assert await refusal(ask, viewer, "createWebhookEndpoint", **GIVEN) == ("TooManyWebhookEndpoints", None)


@pytest.mark.parametrize(("hours", "overlap"), [(None, 24), (0, 0), (168, 168)])
async def test_a_rotation_gives_a_new_secret_and_keeps_the_one_before(
    ask: Asker, hours: int | None, overlap: int
) -> None:
    _, viewer = await ask.learner(roles=ADMINS)
    made = await accepted(ask, viewer, "createWebhookEndpoint", ENDPOINT, **GIVEN)
    more = {} if hours is None else {"overlapHours": hours}

    rotated = await accepted(ask, viewer, "rotateWebhookSecret", ENDPOINT, id=made["endpoint"]["id"], **more)

    assert rotated["secret"] != made["secret"]
    until = (ask.clock() + timedelta(hours=overlap)).strftime("%Y-%m-%dT%H:%M:%S")
    assert rotated["endpoint"]["previousSecretUntil"].startswith(until)
    (entry,) = await audited(ask, "WEBHOOK_SECRET_ROTATED")
    assert "whsec" not in str(entry)


async def test_a_deleted_endpoint_takes_its_deliveries_with_it(ask: Asker) -> None:
    _, viewer = await ask.learner(roles=ADMINS)
    endpoint = await stored_endpoint(ask)
    await stored_delivery(ask, endpoint)

    await accepted(ask, viewer, "deleteWebhookEndpoint", id=endpoint.id)

    assert (await ask.data(ONE, viewer, id=endpoint.id))["webhookEndpoint"] is None
    assert await deliveries(ask) == []
    assert await refusal(ask, viewer, "deleteWebhookEndpoint", id=endpoint.id) == ("NotFound", "id")


async def mails_of(ask: Asker) -> list[str]:
    async with ask.postgres.open_reads(Meter()) as reads:
        rows = await reads.connection.raw.fetch(
            "SELECT recipient FROM mails WHERE kind = $1", MailKind.WEBHOOK_DISABLED.value
        )
    return [row["recipient"] for row in rows]


async def test_an_endpoint_that_only_fails_for_days_is_disabled_and_its_owner_is_told(ask: Asker) -> None:
    _, viewer = await ask.learner(roles=ADMINS, email="owner@example.org")
    endpoint = await stored_endpoint(ask, owner_id=viewer.user_id)
    states = []
    for wait in (timedelta(), DISABLED_AFTER - timedelta(seconds=1), timedelta(seconds=1)):
        ask.clock.moment += wait
        await answered(ask, await stored_delivery(ask, endpoint), WebhookFailure.TIMEOUT)
        states.append((await ask.data(ONE, viewer, id=endpoint.id))["webhookEndpoint"]["disabledBecause"])

    assert states == [None, None, "FAILING"]
    assert await mails_of(ask) == ["owner@example.org"]
    assert [each["target"] for each in await audited(ask, "WEBHOOK_DISABLED")] == [endpoint.id]


async def test_a_success_begins_the_days_anew(ask: Asker) -> None:
    viewer = await an_operator(ask)
    endpoint = await stored_endpoint(ask)
    for failure in (WebhookFailure.TIMEOUT, None, WebhookFailure.TIMEOUT):
        await answered(ask, await stored_delivery(ask, endpoint), failure)
        ask.clock.forward(days=4)

    found = (await ask.data(ONE, viewer, id=endpoint.id))["webhookEndpoint"]

    assert found["state"] == "ENABLED"
    assert found["failingSince"] is not None


async def test_a_receiver_that_is_gone_is_disabled_at_once(ask: Asker) -> None:
    viewer = await an_operator(ask)
    endpoint = await stored_endpoint(ask)
    made = await stored_delivery(ask, endpoint)

    after = await answered(ask, made, WebhookFailure.STATUS, status=410, attempt=1)

    assert after.state.value == "FAILED"
    found = (await ask.data(ONE, viewer, id=endpoint.id))["webhookEndpoint"]
    assert (found["state"], found["disabledBecause"]) == ("DISABLED", "GONE")
    assert await mails_of(ask) == []  # it was created by the command line


async def test_keys_need_their_scope_and_learners_see_nothing(ask: Asker) -> None:
    endpoint = await stored_endpoint(ask, WebhookEvent.XP_AWARDED)
    operator = await an_operator(ask)
    key = operator.__class__(
        user_id=operator.user_id,
        session_id=operator.session_id,
        roles=operator.roles,
        scopes=frozenset({Scope.READ_PROFILE}),
    )
    _, learner = await ask.learner()
    for viewer in (key, learner, None):
        response = await ask(
            "{ webhookEndpoints { nodes { id } } webhookDeliveries { nodes { id } } }", viewer
        )
        assert response["data"] == {"webhookEndpoints": None, "webhookDeliveries": None}
        node = await ask("query ($id: ID!) { node(id: $id) { id } }", viewer, id=endpoint.id)
        assert (node.get("data") or {}).get("node") is None


async def test_an_unknown_endpoint_is_not_found(ask: Asker) -> None:
    _, viewer = await ask.learner(roles=ADMINS)
    for mutation in ("updateWebhookEndpoint", "rotateWebhookSecret", "sendTestWebhook"):
        assert await refusal(ask, viewer, mutation, id=mint("webhook")) == ("NotFound", "id")
