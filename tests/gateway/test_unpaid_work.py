"""Work that comes before an operation is charged: every transport pays for it, also for what is refused."""

import asyncio
import gzip
import json
import os
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from domain.accounts import api_keys
from domain.documents.persisted_queries import digest_of
from domain.ids import UserId
from domain.mail import email_preferences
from domain.rate_limits.preparation import KEY_LOOKUP
from gateway.operations.strict_json import FREE_BYTES
from gateway.rate_limits import errors
from gateway.rate_limits.preparation_budget import PreparationBudget
from gateway.rate_limits.turns import Turns
from tests.gateway.conftest import Live
from tests.support.clients.accounts import a_key
from tests.support.clients.websockets import INIT, closed_with, hear, say, socket

FEW = 200
"""Milliseconds of preparation a minute: half of them at once."""
JSON = {"content-type": "application/json", "accept": "application/json"}
ADDRESS = "127.0.0.1"
Send = Callable[[Live, int], Any]


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"rate_preparation": FEW, "mail_events_secrets": "whsec_" + "A" * 32}


@pytest.fixture(autouse=True)
def answered_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (
        "gateway.endpoints.http",
        "gateway.endpoints.link_charges",
        "gateway.streams.websocket_session",
    ):
        monkeypatch.setattr(f"{module}.ANSWERED_AFTER_S", 0)
    assert errors.ANSWERED_AFTER_S > 0


def invalid(number: int) -> str:
    return f"query A{number} {{ " + " ".join(f"nope{n}" for n in range(300)) + " }"


async def post(live: Live, body: Any, **headers: str) -> httpx.Response:
    named = JSON | {name.replace("_", "-"): value for name, value in headers.items()}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await live.client.post("/graphql", content=content, headers=named)


async def get(live: Live, text: str) -> httpx.Response:
    return await live.client.get(
        "/graphql", params={"query": text}, headers={"graphql-require-preflight": "1"}
    )


WAYS: dict[str, Send] = {
    "invalid documents": lambda live, n: post(live, {"query": invalid(n)}),
    "valid documents": lambda live, n: post(live, {"query": f"query A{n} {{ __typename {'#' * 2_000}\n }}"}),
    "documents by GET": lambda live, n: get(live, invalid(n)),
    "documents for streams": lambda live, n: post(live, {"query": invalid(n)}, accept="text/event-stream"),
    "documents that are registered": lambda live, n: post(
        live,
        {
            "query": invalid(n),
            "extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest_of(invalid(n))}},
        },
    ),
    "unknown operations of one document": lambda live, n: post(
        live, {"query": "query A { __typename }", "operationName": f"B{n}"}
    ),
    "lists in JSON": lambda live, n: post(
        live, b'{"query":"{ __typename }","variables":{"a":[%b0]}}' % (b"[]," * 9_000)
    ),
    "compressed bodies": lambda live, n: post(live, gzip.compress(b" " * 250_000), content_encoding="gzip"),
    "malformed bodies": lambda live, n: post(live, b'{"query": 5}'),
    "unknown hashes": lambda live, n: post(live, {"documentId": f"sha256:{os.urandom(32).hex()}"}),
    "unknown keys": lambda live, n: post(
        live, {"query": "{ __typename }"}, authorization=f"Bearer {api_keys.composed(os.urandom)}"
    ),
    "links": lambda live, n: live.client.get(f"/exports/export_{n}?expires=9999999999&signature=00"),
    "links that end mails": lambda live, n: live.client.post(
        f"/unsubscribe/weekly-digest/user_{n}?signature=00"
    ),
    "ending mails": lambda live, _: live.client.post(
        email_preferences.unsubscribe_path(UserId("user_gone"), secret=live.app.pipeline.ports.refresh_secret)
    ),
    "links that count clicks": lambda live, n: live.client.get(f"/l/{n + 1}.aHR0cA.{'a' * 24}"),
    "reports of mails": lambda live, n: live.client.post("/mail/events", json={"type": f"mail.{n}"}),
    "introspection": lambda live, n: post(live, {"query": "{ __schema { types { name } } }"}),
    "variables that are too large": lambda live, n: post(
        live,
        {"query": "query ($n: Int) { users(first: $n) { nodes { id } } }", "variables": {"n": 10**6 + n}},
    ),
}


def stop_clock(budget: PreparationBudget) -> None:
    """Let nothing come back, however slow the machine is."""
    now = budget._clock()
    budget._clock = lambda: now


@pytest.mark.slow
async def test_an_address_that_sends_nothing_else_is_refused_soon_and_told_when_to_come_back(
    live: Live,
) -> None:
    budget = live.app.pipeline.preparation._budget
    stop_clock(budget)
    sent: dict[str, int] = {}
    for name, send in WAYS.items():
        budget._tats.clear()
        for number in range(250):
            response = await send(live, number)
            if response.status_code == 429:
                break
        else:
            continue
        sent[name] = number
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "RATE_LIMITED", name
        assert int(response.headers["retry-after"]) >= 1, name

    assert sent.keys() == WAYS.keys()
    assert min(sent.values()) > 0


async def exhaust(live: Live) -> None:
    """Spend the bucket of the address, and stop its clock."""
    budget = live.app.pipeline.preparation._budget
    stop_clock(budget)
    while budget.wait_s(100, None, ADDRESS) == 0:
        budget.take(100, None, ADDRESS)


async def test_known_documents_go_on_and_who_signed_in_has_a_bucket_of_their_own(live: Live) -> None:
    token = await live.register("ada")
    for _ in range(3):
        assert (await live.post("query Known { __typename }")).status_code == 200

    await exhaust(live)

    assert (await live.post("query Known { __typename }")).status_code == 200
    assert (await live.post("query New { __typename }")).status_code == 429
    assert (await live.post("query New { __typename }", token=token)).status_code == 200


async def test_a_neighbour_still_hears_that_a_token_is_not_valid(live: Live) -> None:
    await exhaust(live)

    refused = await post(live, {"query": "{ __typename }"}, authorization="Bearer nonsense")
    malformed = await post(live, b"[]")

    assert (refused.status_code, malformed.status_code) == (401, 429)


async def test_a_websocket_gets_an_error_message_for_each_new_document_and_stays_open(live: Live) -> None:
    await exhaust(live)
    news = [
        {"id": str(number), "type": "subscribe", "payload": {"query": invalid(1_000 + number)}}
        for number in range(5)
    ]

    async with socket(live) as opened:
        await say(opened, INIT, *news, {"type": "ping"})
        messages = [await hear(opened) for _ in range(7)]

    assert sorted(message["type"] for message in messages) == ["connection_ack", *["error"] * 5, "pong"]
    errors_ = [message["payload"][0]["extensions"] for message in messages if message["type"] == "error"]
    assert {error["code"] for error in errors_} == {"RATE_LIMITED"}
    assert all(error["retryAfter"] >= 1 for error in errors_)


async def test_a_websocket_with_an_unknown_key_may_come_again_later(live: Live) -> None:
    await exhaust(live)
    key = {"payload": {"authorization": f"Bearer {api_keys.composed(os.urandom)}"}}

    async with socket(live) as opened:
        await say(opened, INIT | key)

        assert await closed_with(opened) == 1013


async def test_a_large_message_waits_until_it_can_be_paid(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    original = PreparationBudget.wait_s

    def wait_s(self: PreparationBudget, *given: Any) -> float:
        waits.append(original(self, *given))
        return waits[-1]

    async with socket(live) as opened:
        live.app.pipeline.preparation._budget.take(FEW * 1_000, None, ADDRESS)
        monkeypatch.setattr(PreparationBudget, "wait_s", wait_s)
        await say(opened, {"type": "ping", "payload": "x" * 2 * FREE_BYTES})
        assert (await hear(opened))["type"] == "pong"

    assert waits[0] > 0
    assert waits[-1] == 0


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Log how long each turn was held, and leave out the rests."""
    log: list[str] = []
    original = Turns._end

    def end(self: Turns, seconds: float) -> None:
        log.append(f"{seconds:.6f}")
        original(self, 0.0)

    monkeypatch.setattr(Turns, "_end", end)
    return log


@pytest.mark.parametrize("overrides", [{"rate_preparation": 1_000_000}])
async def test_a_hundred_operations_of_one_socket_are_prepared_one_in_a_turn_of_the_loop(
    live: Live, held: list[str]
) -> None:
    """The canary: something that needs a turn of the loop gets one between any two documents."""
    most, seen, is_over = 0, 0, False

    async def canary() -> None:
        nonlocal most, seen
        while not is_over:
            most, seen = max(most, len(held) - seen), len(held)
            await asyncio.sleep(0)

    watching = asyncio.create_task(canary())
    async with socket(live) as opened:
        subscribes = [
            {"id": str(n), "type": "subscribe", "payload": {"query": invalid(n)}} for n in range(100)
        ]
        await say(opened, INIT, *subscribes)
        messages = [await hear(opened) for _ in range(101)]
    is_over = True
    await watching

    assert len(messages) == 101
    assert (len(held), most) == (100, 1)


async def test_a_valid_key_is_not_charged(live: Live) -> None:
    _, key = await a_key(live, await live.register("ada"))
    budget = live.app.pipeline.preparation._budget

    before = budget.wait_s(10**9, None, ADDRESS)
    response = await live.post("{ __typename }", token=key)
    after = budget.wait_s(10**9, None, ADDRESS)

    assert response.status_code == 200
    assert after - before < KEY_LOOKUP / 10**6 + 0.01
