"""Webhook sender, against a real receiver: what it sends, what it follows, and how much it waits for."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from domain.webhooks.deliveries import ReceiverAnswer, WebhookFailure
from domain.webhooks.receiver_addresses import ReceiverRules
from gateway.telemetry.prometheus import Exposition
from gateway.telemetry.webhook_metrics import WebhookMetrics
from gateway.webhooks import webhook_sender
from gateway.webhooks.guarded_connections import resolved
from gateway.webhooks.webhook_sender import HttpWebhookSender
from tests.builders.webhooks import SECRET, a_delivery, an_endpoint
from tests.support.clients.prometheus import Samples
from tests.support.servers.certificates import contexts_for
from tests.support.servers.gateway import free_port
from tests.support.servers.webhook_receiver import Receiver, webhook_receiver

OTHER = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
LOCAL, STRICT = ReceiverRules(allows_local=True), ReceiverRules(allows_local=False)
DELIVERY = a_delivery(an_endpoint(), payload={"type": "user.registered", "data": {"userId": "user_\u00e9"}})


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with webhook_receiver() as running:
        yield running


async def send(
    url: str,
    *secrets: str,
    rules: ReceiverRules = LOCAL,
    metrics: WebhookMetrics | None = None,
    now: datetime | None = None,
    **options: Any,
) -> ReceiverAnswer:
    sender = HttpWebhookSender(rules, metrics or WebhookMetrics(), **options)
    try:
        return await sender.send(
            DELIVERY, url=url, secrets=list(secrets) or [SECRET], now=now or datetime.now(UTC)
        )
    finally:
        await sender.aclose()


async def test_a_receiver_verifies_what_it_gets_with_the_secret_alone(receiver: Receiver) -> None:
    answer = await send(receiver.url)

    assert (answer.status, answer.failure) == (204, None)
    (got,) = receiver.received
    assert Webhook(SECRET).verify(got.body, got.headers) == DELIVERY.payload
    assert got.headers["webhook-id"] == DELIVERY.event_id
    assert got.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(got.body, got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(got.body + b" ", got.headers)


async def test_during_an_overlap_both_secrets_verify(receiver: Receiver) -> None:
    await send(receiver.url, OTHER, SECRET)

    (got,) = receiver.received
    for secret in (OTHER, SECRET):
        assert Webhook(secret).verify(got.body, got.headers) == json.loads(got.body)


async def test_an_old_delivery_is_refused_by_its_time(receiver: Receiver) -> None:
    await send(receiver.url, now=datetime(2026, 3, 2, 12, tzinfo=UTC))

    (got,) = receiver.received
    assert got.headers["webhook-timestamp"] == "1772452800"
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(SECRET).verify(got.body, got.headers)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    async with webhook_receiver() as elsewhere:
        receiver.status, receiver.headers = status, {"location": elsewhere.url}

        answer = await send(receiver.url)

        assert (answer.status, answer.failure) == (status, WebhookFailure.REDIRECT)
        assert elsewhere.received == []


@pytest.mark.parametrize("status", [400, 404, 410, 429, 500, 503])
async def test_a_status_of_no_success_is_a_failure(receiver: Receiver, status: int) -> None:
    receiver.status = status

    answer = await send(receiver.url)

    assert (answer.status, answer.failure) == (status, WebhookFailure.STATUS)


async def test_a_slow_receiver_is_given_up(receiver: Receiver) -> None:
    receiver.pause_s = 5

    answer = await send(receiver.url, timeout_s=0.2)

    assert (answer.status, answer.failure) == (None, WebhookFailure.TIMEOUT)
    assert answer.milliseconds < 3_000


async def test_of_a_huge_answer_only_the_beginning_is_read(receiver: Receiver) -> None:
    receiver.status, receiver.answer_bytes = 200, 1_000_000_000

    answer = await send(receiver.url)

    assert (answer.status, answer.failure) == (200, None)
    assert receiver.written < 50_000_000  # what the kernel's buffers took


async def test_a_receiver_that_hangs_up_or_is_not_there_is_a_failure(receiver: Receiver) -> None:
    receiver.hangs_up = True
    for url in (receiver.url, f"http://127.0.0.1:{free_port()}/", "http://no-such-host.invalid/"):
        assert (await send(url)).failure is WebhookFailure.CONNECTION


@pytest.mark.parametrize(
    ("name", "failure"), [("hooks.example", None), ("other.example", WebhookFailure.CONNECTION)]
)
async def test_the_certificate_is_checked_against_the_name_and_not_the_address(
    tmp_path: Path, name: str, failure: WebhookFailure | None
) -> None:
    server, client = contexts_for(name, tmp_path)

    async def resolve(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    async with webhook_receiver(tls=server) as receiver:
        url = f"https://hooks.example:{receiver.port}/hooks"
        answer = await send(url, resolve=resolve, tls=client)
        stranger = await send(url, resolve=resolve)

        assert answer.failure is failure
        assert stranger.failure is WebhookFailure.CONNECTION  # nobody vouches for the certificate
        assert len(receiver.received) == (failure is None)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"])
async def test_production_connects_to_no_private_address(receiver: Receiver, host: str) -> None:
    answer = await send(f"http://{host}:{receiver.port}/hooks", rules=STRICT)

    assert (answer.status, answer.failure) == (None, WebhookFailure.ADDRESS)
    assert receiver.received == []


async def test_one_private_address_among_public_ones_is_enough_to_refuse(receiver: Receiver) -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["93.184.215.14", "127.0.0.1"]

    answer = await send(f"http://mixed.example:{receiver.port}/", rules=STRICT, resolve=resolve)

    assert answer.failure is WebhookFailure.ADDRESS
    assert receiver.received == []


async def test_the_address_that_was_checked_is_the_one_that_is_connected_to(receiver: Receiver) -> None:
    """A name server that answers differently each time, as in DNS rebinding, is asked once for each attempt."""
    answers, asked = ["203.0.114.1", "127.0.0.1"], []

    async def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return [answers[(len(asked) - 1) % 2]]

    url = f"http://rebinding.example:{receiver.port}/hooks"
    first = await send(url, rules=STRICT, resolve=resolve, timeout_s=0.5)
    second = await send(url, rules=STRICT, resolve=resolve, timeout_s=0.5)

    assert asked == ["rebinding.example"] * 2
    assert first.failure in {
        WebhookFailure.TIMEOUT,
        WebhookFailure.CONNECTION,
    }  # nothing is at the public address
    assert second.failure is WebhookFailure.ADDRESS
    assert receiver.received == []


async def test_a_name_is_resolved_by_the_system(receiver: Receiver) -> None:
    assert "127.0.0.1" in await resolved("localhost", receiver.port)
    answer = await send(f"http://localhost:{receiver.port}/hooks")

    assert answer.failure is None
    assert receiver.received[0].headers["host"] == f"localhost:{receiver.port}"


async def test_a_payload_has_a_largest_size(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_sender, "LARGEST_PAYLOAD", 10)

    with pytest.raises(ValueError, match="more than 10 bytes"):
        await send(receiver.url)

    assert receiver.received == []


async def test_attempts_are_counted_by_endpoint_and_outcome(receiver: Receiver) -> None:
    metrics = WebhookMetrics()
    await send(receiver.url, metrics=metrics)
    receiver.status = 500
    await send(receiver.url, metrics=metrics)

    samples = Samples(Exposition(metrics.families).text().decode())

    endpoint = DELIVERY.endpoint_id
    assert samples("webhook_attempts_total", endpoint=endpoint, outcome="DELIVERED") == 1
    assert samples("webhook_attempts_total", endpoint=endpoint, outcome="STATUS") == 1
    assert samples("webhook_seconds_count", endpoint=endpoint) == 2
