"""Revocations: a token revoked on one gateway is refused on another within a second, sockets included."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

import gateway.authentication.revocations
from domain.accounts import access_revocation
from domain.accounts.access_revocation import AccessChange
from domain.accounts.users import Viewer
from domain.ids import SessionId, UserId
from domain.signals import Signal
from domain.unit_of_work import Meter
from gateway.authentication.revocations import Revocations
from persistence.signals import LocalSignals
from tests.builders import mint
from tests.builders.acts import an_act
from tests.gateway.conftest import REGISTER, Live, running
from tests.support.schema_client import Asker

WITHIN_S = 1.0
WHO = "{ viewer { user { id handle sessions { id current } } } }"
LOGIN = "mutation ($input: LoginInput!) { login(input: $input) { accessToken refreshToken session { id } } }"
REFRESH = """mutation ($input: RefreshSessionInput!) {
  refreshSession(input: $input) { accessToken refreshToken userErrors { __typename } }
}"""
LOGOUT = "mutation { logout { signedOut } }"
REVOKE = (
    "mutation ($input: RevokeSessionInput!) { revokeSession(input: $input) { userErrors { __typename } } }"
)
REVOKE_ALL = "mutation { revokeAllSessions(input: {}) { ended } }"
ADA = {"email": "ada@example.org", "password": "correct horse battery", "handle": "ada", "displayName": "Ada"}
KNOWN = {"email": ADA["email"], "password": ADA["password"]}


def a_viewer(user_id: str | None = None, *, version: int = 0) -> Viewer:
    return Viewer(
        user_id=UserId(user_id or mint("user")),
        session_id=SessionId(mint("session")),
        roles=frozenset(),
        version=version,
    )


def of_session(viewer: Viewer) -> AccessChange:
    return AccessChange(user_id=viewer.user_id, session_id=viewer.session_id, version=0)


def of_user(viewer: Viewer, version: int) -> AccessChange:
    return AccessChange(user_id=viewer.user_id, session_id=None, version=version)


def test_an_ended_session_voids_only_its_own_tokens() -> None:
    revocations, ada = Revocations(), a_viewer()
    elsewhere = a_viewer(ada.user_id)

    revocations.apply(of_session(ada))

    assert revocations.voids(ada)
    assert not revocations.voids(elsewhere)


def test_a_change_of_a_user_voids_earlier_tokens_and_no_later_ones() -> None:
    revocations, ada = Revocations(), a_viewer()

    revocations.apply(of_user(ada, 2))
    revocations.apply(of_user(ada, 1))  # arrives late

    assert [revocations.voids(a_viewer(ada.user_id, version=v)) for v in (0, 1, 2, 3)] == [
        True,
        True,
        False,
        False,
    ]
    assert not revocations.voids(a_viewer())


def test_only_connections_with_void_tokens_are_ended() -> None:
    revocations, ada = Revocations(), a_viewer()
    ended: list[tuple[str, int]] = []
    newer, other = a_viewer(ada.user_id, version=1), a_viewer()
    for name, viewer in (("old", ada), ("new", newer), ("other", other)):
        revocations.register(viewer, lambda code, _reason, name=name: ended.append((name, code)))

    revocations.apply(of_user(ada, 1))
    assert ended == [("old", 4403)]

    revocations.apply(of_session(newer))
    assert ended == [("old", 4403), ("new", 4403)]


def test_a_removed_connection_is_not_ended() -> None:
    revocations, ada = Revocations(), a_viewer()
    ended: list[int] = []
    connection = revocations.register(ada, lambda code, _reason: ended.append(code))

    for _ in range(2):
        revocations.leave(connection)
    revocations.apply(of_session(ada))

    assert ended == []
    assert revocations._connections == {}


@pytest.fixture(params=["signals", "no signals"])
async def two(request: Any, database_url: str, redis_url: str) -> AsyncIterator[tuple[Live, Live]]:
    """Two gateways on one database: with a bus between them, and without one, as when every signal is lost."""
    bus = {"redis_url": redis_url} if request.param == "signals" else {}
    async with AsyncExitStack() as stack:
        yield tuple([await stack.enter_async_context(running(database_url, **bus)) for _ in range(2)])  # type: ignore[misc]


async def asked(live: Live, text: str, token: str | None = None, **variables: Any) -> Any:
    response = await live.post(text, token=token, **variables)
    assert "errors" not in response.json(), response.text
    return response.json()["data"]


async def refused_within_a_second(live: Live, token: str) -> None:
    """Ask until the token is refused; fail when that takes too long."""
    began = time.monotonic()
    while (response := await live.post(WHO, token=token)).status_code == 200:
        assert time.monotonic() - began < WITHIN_S
        await asyncio.sleep(0.02)
    (error,) = response.json()["errors"]
    assert response.status_code == 401
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert "refresh the session" in error["message"]


async def opened(stack: AsyncExitStack, live: Live, token: str) -> ClientConnection:
    url = live.url.replace("http", "ws") + "/graphql"
    socket = await stack.enter_async_context(connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]))
    await socket.send(
        json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
    )
    assert json.loads(await socket.recv()) == {"type": "connection_ack"}
    return socket


async def closed_within_a_second(socket: ClientConnection) -> None:
    with pytest.raises(ConnectionClosed) as closed:
        await asyncio.wait_for(socket.recv(), WITHIN_S)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


End = Callable[[Live, str, str], Awaitable[Any]]


async def _log_out(here: Live, token: str, _other: str) -> None:
    await asked(here, LOGOUT, token)


async def _revoke(here: Live, _token: str, other: str) -> None:
    sessions = (await asked(here, WHO, other))["viewer"]["user"]["sessions"]
    lost = next(session["id"] for session in sessions if not session["current"])
    await asked(here, REVOKE, other, input={"id": lost})


async def _revoke_others(here: Live, _token: str, other: str) -> None:
    assert (await asked(here, REVOKE_ALL, other))["revokeAllSessions"]["ended"] == 1


@pytest.mark.parametrize("end", [_log_out, _revoke, _revoke_others])
async def test_a_session_that_ends_on_one_gateway_ends_on_the_other(two: tuple[Live, Live], end: End) -> None:
    here, there = two
    token = (await asked(here, REGISTER, input=ADA))["register"]["accessToken"]
    other = (await asked(here, LOGIN, input=KNOWN))["login"]["accessToken"]
    async with AsyncExitStack() as stack:
        sockets = [await opened(stack, live, token) for live in two]
        kept = await opened(stack, there, other)
        await asked(there, WHO, token)

        await end(here, token, other)

        for live in two:
            await refused_within_a_second(live, token)
        for socket in sockets:
            await closed_within_a_second(socket)
        await asked(there, WHO, other)
        await kept.send(json.dumps({"type": "ping"}))
        assert json.loads(await kept.recv()) == {"type": "pong"}


async def test_a_change_of_a_user_voids_every_token_and_a_refreshed_one_works_at_once(
    two: tuple[Live, Live],
) -> None:
    here, there = two
    registered = (await asked(here, REGISTER, input=ADA))["register"]
    token, user_id = registered["accessToken"], registered["user"]["id"]
    async with AsyncExitStack() as stack:
        socket = await opened(stack, there, token)
        ports = here.app.pipeline.ports

        async with ports.open_work(Meter()) as work:
            await access_revocation.revoke(
                work.access, an_act(now=ports.now()), user_id=user_id, emit=work.emit
            )

        refreshed = await asked(here, REFRESH, input={"refreshToken": registered["refreshToken"]})
        fresh = refreshed["refreshSession"]["accessToken"]
        await asked(there, WHO, fresh)
        for live in two:
            await refused_within_a_second(live, token)
            await asked(live, WHO, fresh)
        await closed_within_a_second(socket)


async def test_a_gateway_that_starts_later_knows_earlier_revocations(live: Live, database_url: str) -> None:
    token = await live.register("ada")
    await asked(live, LOGOUT, token)

    async with running(database_url) as later:
        response = await later.post(WHO, token=token)

    assert response.status_code == 401


async def test_tidying_removes_changes_older_than_every_valid_token(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    clock = 0.0
    revocations = Revocations(lambda: clock)
    async with ask.postgres.open_work(Meter()) as work:
        for session_id in (None, viewer.session_id):
            await access_revocation.revoke(
                work.access,
                an_act(now=ask.clock()),
                user_id=ada.id,
                session_id=session_id,
                emit=work.emit,
            )
    await revocations.read(ask.ports)

    clock = 15 * 60.0
    await revocations.tidy(ask.ports)
    assert (len(revocations._ended), len(revocations._versions)) == (1, 1)

    clock = 17 * 60.0
    ask.clock.forward(hours=2)
    await revocations.tidy(ask.ports)

    assert (len(revocations._ended), len(revocations._versions)) == (0, 0)
    async with ask.postgres.open_reads(Meter()) as reads:
        assert await reads.connection.raw.fetchval("SELECT count(*) FROM access_changes") == 0


async def test_a_signal_is_applied_without_a_read() -> None:
    revocations, signals, ada = Revocations(), LocalSignals(), a_viewer()
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    revocations.register(ada, lambda code, _reason: ended.set_result(code))
    listening = asyncio.create_task(revocations.hear(signals))
    await asyncio.sleep(0)

    await signals.publish(
        [
            Signal(topic=access_revocation.TOPIC, body="nonsense"),
            Signal(topic=access_revocation.TOPIC, body=ada.session_id),
        ]
    )

    assert await asyncio.wait_for(ended, 5) == 4403
    assert revocations.voids(ada)
    listening.cancel()


async def test_polling_survives_a_database_outage_and_reports_it_once(
    ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, viewer = await ask.learner()
    async with ask.postgres.open_work(Meter()) as work:
        await access_revocation.revoke(work.access, an_act(now=ask.clock()), user_id=ada.id, emit=work.emit)
    revocations = Revocations()
    outages = iter(range(3))
    known: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    revocations.register(viewer, lambda *_: known.set_result(True))

    def open_reads(meter: Meter) -> Any:
        if next(outages, None) is not None:
            raise ConnectionRefusedError
        return ask.postgres.open_reads(meter)

    complaints: list[Exception] = []
    monkeypatch.setattr(gateway.authentication.revocations, "POLL_EVERY_S", 0.001)
    ports = replace(ask.ports, open_reads=open_reads)
    polling = asyncio.create_task(revocations.poll(ports, lambda error, _retry: complaints.append(error)))

    assert await asyncio.wait_for(known, 5)
    assert [type(error) for error in complaints] == [ConnectionRefusedError]
    polling.cancel()
