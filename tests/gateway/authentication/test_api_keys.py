"""API keys over HTTP and on sockets: remembered for a second, and refused once they are revoked."""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest

from domain.accounts import api_keys
from domain.unit_of_work import Meter
from domain.work import Work
from gateway.authentication import api_keys as authentication_api_keys
from gateway.authentication.api_keys import is_api_key
from resolvers.request_info import RequestInfo
from tests.gateway.conftest import Live
from tests.support.clients.accounts import a_key
from tests.support.clients.websockets import closed_with, hear, say, socket

REVOKE = (
    "mutation ($id: ID!) { revokeApiKey(input: {id: $id}) { userErrors { ... on UserError { message } } } }"
)
WHO = "{ viewer { user { handle email } } }"


async def codes(live: Live, key: str) -> set[str]:
    response = await live.post(WHO, token=key)
    return {error["extensions"]["code"] for error in response.json().get("errors", ())}


async def until_refused(live: Live, key: str) -> None:
    """Call with the key until it is refused."""
    async with asyncio.timeout(10):
        while not await codes(live, key):
            await asyncio.sleep(0.02)


async def test_a_key_authenticates_its_owner_within_its_scopes(live: Live) -> None:
    token = await live.register("ada")
    _, key = await a_key(live, token)

    response = await live.post(WHO, token=key)

    assert response.json()["data"]["viewer"]["user"] == {"handle": "ada", "email": "ada@example.org"}
    refused = await live.post("{ viewer { streak { current } } }", token=key)
    assert refused.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_malformed_key_is_refused_without_a_statement(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live.app.pipeline.ports, "open_reads", None)
    key = api_keys.composed(bytes)

    response = await live.post(WHO, token=key[:-1] + "x")

    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_an_unknown_and_an_expired_key_are_refused(live: Live) -> None:
    token = await live.register("ada")
    _, key = await a_key(live, token, lives=timedelta(seconds=1))

    before = await codes(live, key)
    await until_refused(live, key)

    assert before == set()
    assert await codes(live, api_keys.composed(bytes)) == {"UNAUTHENTICATED"}


async def test_a_revoked_key_is_refused_and_its_socket_closed_by_the_signal(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication_api_keys, "REMEMBERED_S", 3_600)
    token = await live.register("ada")
    key_id, key = await a_key(live, token)
    async with socket(live) as opened:
        await say(opened, {"type": "connection_init", "payload": {"authorization": f"Bearer {key}"}})
        assert await hear(opened) == {"type": "connection_ack"}
        assert await codes(live, key) == set()

        await live.post(REVOKE, token=token, id=key_id)

        await until_refused(live, key)
        assert await closed_with(opened) == 4403


async def test_a_key_whose_signal_was_lost_is_read_again_after_a_second(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await live.register("ada")
    key_id, key = await a_key(live, token)
    assert await codes(live, key) == set()
    monkeypatch.setattr(live.app.pipeline.revocations, "apply", lambda _: None)

    await live.post(REVOKE, token=token, id=key_id)
    await until_refused(live, key)

    assert await codes(live, key) == {"UNAUTHENTICATED"}
    assert authentication_api_keys.REMEMBERED_S <= 1


async def test_concurrent_calls_share_one_read_and_the_hour_of_use_is_stored(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await live.register("ada")
    _, key = await a_key(live, token)
    ports = live.app.pipeline.ports
    open_reads, reads_opened = ports.open_reads, 0

    def counted(meter: Meter) -> AbstractAsyncContextManager[Work]:
        nonlocal reads_opened
        reads_opened += 1
        return open_reads(meter)

    with monkeypatch.context() as patched:
        patched.setattr(ports, "open_reads", counted)
        found = await asyncio.gather(
            *(live.app.pipeline.keys.known(f"Bearer {key}", RequestInfo) for _ in range(50))
        )

    assert reads_opened in {1, 2}, "one of this test, and perhaps one of the job that reads revocations"
    assert len({key.viewer.user_id for key in found}) == 1
    async with live.app.pipeline.ports.open_reads(Meter()) as reads:
        active = await reads.api_keys.active(api_keys.digest(key), now=datetime.now(UTC))
    assert active is not None
    assert active.last_used_at is not None
    assert (active.last_used_at.minute, active.last_used_at.second) == (0, 0)


async def test_a_socket_with_an_invalid_key_is_closed(live: Live) -> None:
    async with socket(live) as opened:
        given = {"authorization": f"Bearer {api_keys.composed(bytes)}"}
        await say(opened, {"type": "connection_init", "payload": given})

        assert await closed_with(opened) == 4403


async def test_a_suspension_without_a_signal_applies_to_a_key_too(live: Live) -> None:
    token = await live.register("ada")
    _, key = await a_key(live, token)
    assert await codes(live, key) == set()
    gateway = live.app.pipeline

    async with gateway.ports.open_work(Meter()) as work:
        await work.connection.raw.execute("UPDATE users SET suspended_at = now()")  # type: ignore[attr-defined]

    await until_refused(live, key)
    assert await codes(live, key) == {"UNAUTHENTICATED"}


@pytest.mark.parametrize(
    ("header", "is_key"),
    [("Bearer qp_x", True), ("bearer  qp_x", True), ("Bearer ey.x", False), ("qp_x", False), ("", False)],
)
def test_a_key_is_distinguished_from_a_token_by_its_prefix(header: str, is_key: bool) -> None:
    assert is_api_key(header) is is_key
