"""Server-sent events over real HTTP: framing, negotiation, refusals, resuming, and the end of a stream."""

import asyncio
import time
from typing import Any

import pytest

from gateway.connections.chunked_responses import ChunkedResponse
from gateway.streams import sse_heartbeat, websocket_sinks
from gateway.streams.sse_events import COMPLETE, last_event_id, next_event
from graph.execution.broadcast import Broadcast
from tests.gateway.conftest import Live
from tests.support.clients.live_boards import OWN, SHARED, earn, learner, watching
from tests.support.clients.sse import EVENTS, Stream, streaming
from tests.support.clients.websockets import hear

REGISTER = """mutation { register(input: {
  email: "ada@example.org", password: "correct horse battery", handle: "ada", displayName: "Ada"
}) { user { handle } } }"""
URQL = (
    "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, "
    "multipart/mixed"
)
LOGOUT = "mutation { logout { signedOut } }"


async def no_subscribers(live: Live) -> None:
    """Wait until no board has a subscriber."""
    async with asyncio.timeout(3):
        while any(cache.is_watched for cache in live.app.pipeline.ports.boards._caches.values()):
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_a_query_is_one_event_and_complete(live: Live, method: str) -> None:
    async with streaming(live, "{ __typename }", method=method) as stream:
        body = await stream.response.aread()

    assert stream.response.status_code == 200
    assert stream.response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert stream.response.headers["cache-control"] == "no-store"
    assert "content-encoding" not in stream.response.headers
    assert body == b'event: next\ndata: {"data":{"__typename":"Query"}}\n\nevent: complete\ndata:\n\n'


async def test_a_mutation_is_run_by_post_and_refused_by_get(live: Live) -> None:
    async with streaming(live, REGISTER) as stream:
        made = await stream.sure()
    async with streaming(live, REGISTER, method="GET") as stream:
        refused = await stream.response.aread()

    assert made.payload == {"data": {"register": {"user": {"handle": "ada"}}}}
    assert stream.response.status_code == 405
    assert b"METHOD_NOT_ALLOWED" in refused


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("text/event-stream, application/json", EVENTS),
        ("application/json;q=0.5, text/event-stream", EVENTS),
        ("text/event-stream, multipart/mixed", EVENTS),
        ("text/*", EVENTS),
        ("application/json, text/event-stream", "application/json"),
        (URQL, "application/graphql-response+json"),
        ("text/event-stream;q=0.1, application/json", "application/json"),
        ("*/*", "application/json"),
        ("text/event-stream;q=0, */*", "application/json"),
    ],
)
async def test_a_response_is_a_stream_if_the_client_prefers_one(live: Live, accept: str, media: str) -> None:
    answer = await live.client.post("/graphql", json={"query": "{ __typename }"}, headers={"accept": accept})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{media}; charset=utf-8"


@pytest.mark.parametrize(
    ("text", "headers", "status", "code"),
    [
        ("{", {}, 400, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", {}, 400, "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int!) { leaderboard { entries(first: $n) { rank } } }", {}, 400, "BAD_USER_INPUT"),
        ("subscription { leaderboardChanged(first: 5) }", {}, 400, "GRAPHQL_VALIDATION_FAILED"),
        (SHARED, {"authorization": "Bearer nonsense"}, 401, "UNAUTHENTICATED"),
        (SHARED, {"content_type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    ],
)
async def test_a_refusal_before_the_stream_is_json_with_a_status(
    live: Live, text: str, headers: dict[str, str], status: int, code: str
) -> None:
    async with streaming(live, text, **headers) as stream:
        await stream.response.aread()

    assert stream.response.status_code == status
    assert stream.response.headers["content-type"] == "application/json; charset=utf-8"
    assert stream.response.json()["errors"][0]["extensions"]["code"] == code


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_a_subscription_sends_what_changed_with_its_version_as_id(board: Live, method: str) -> None:
    ada, _ = await learner(board, "ada")

    async with streaming(board, SHARED, method=method) as stream:
        first = await stream.sure()
        await earn(board, ada, 10)
        second = await stream.sure()

    assert (first.kind, second.kind) == ("next", "next")
    assert first.changed["entries"] == []
    assert second.changed["entered"] == [{"xp": 10, "user": {"handle": "ada"}}]
    assert [event.id for event in (first, second)] == [e.changed["version"] for e in (first, second)]


async def test_a_stream_resumes_after_the_last_event_that_was_received(board: Live) -> None:
    ada, _ = await learner(board, "ada")
    await earn(board, ada, 10)
    text = SHARED.replace("version ", "version since ", 2).replace("version since entries", "version entries")
    async with streaming(board, text) as stream:
        version = (await stream.sure()).id
    await earn(board, ada, 5)

    async with streaming(board, text, last_event_id=str(version)) as stream:
        resumed = await stream.sure()
    async with streaming(board, text, last_event_id="unknown") as stream:
        unknown = await stream.sure()

    assert resumed.changed["since"] == version
    assert resumed.changed["moved"] == [{"xp": 15, "user": {"handle": "ada"}}]
    assert unknown.changed["entries"] == [{"xp": 15, "user": {"handle": "ada"}}]


async def test_streams_and_websockets_share_one_execution_of_an_event(
    board: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, token = await learner(board, "ada")
    executed = []
    response_to = Broadcast.response_to

    async def counted(self: Broadcast, event: Any, request_id: str) -> Any:
        executed.append(event)
        return await response_to(self, event, request_id)

    async with (
        streaming(board, SHARED) as one,
        streaming(board, SHARED, token=token) as other,
        watching(board, SHARED) as opened,
    ):
        await one.sure()
        await other.sure()
        monkeypatch.setattr(Broadcast, "response_to", counted)
        await earn(board, ada, 10)
        received = [(await one.sure()).payload, (await other.sure()).payload, (await hear(opened))["payload"]]

    assert received[0] == received[1] == received[2]
    assert len(executed) in {0, 1}  # none on the reference engine


async def test_each_viewer_gets_a_personal_response(board: Live) -> None:
    (ada, of_ada), (_, of_bob) = await learner(board, "ada"), await learner(board, "bob")

    async with streaming(board, OWN, token=of_ada) as one, streaming(board, OWN, token=of_bob) as other:
        await one.sure()
        await other.sure()
        await earn(board, ada, 10)
        own = [(await stream.sure()).changed["viewerEntry"] for stream in (one, other)]

    assert own == [{"rank": 1}, None]


async def test_a_client_that_disconnects_leaves_nothing_behind(board: Live) -> None:
    before = len(asyncio.all_tasks())

    async with streaming(board, SHARED) as one, streaming(board, OWN) as other:
        await one.sure()
        await other.sure()

    await no_subscribers(board)
    async with asyncio.timeout(3):
        while len(asyncio.all_tasks()) > before:
            await asyncio.sleep(0.01)


async def test_a_query_is_cancelled_when_the_client_disconnects(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, cancelled = asyncio.Event(), asyncio.Event()

    async def never(*_: Any) -> Any:
        running.set()
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()

    monkeypatch.setattr(live.app.pipeline.executor, "run", never)
    asking = asyncio.create_task(_ask(live))
    await running.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)

    await asyncio.wait_for(cancelled.wait(), 3)


async def _ask(live: Live) -> None:
    async with streaming(live, "{ __typename }") as stream:
        await stream.event()


async def test_the_end_of_a_session_ends_its_stream_with_an_error(board: Live) -> None:
    _, token = await learner(board, "ada")

    async with streaming(board, SHARED, token=token) as stream:
        await stream.sure()
        await board.post(LOGOUT, token=token)
        last = await stream.sure()

        assert last.payload["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert (await stream.sure()).kind == "complete"
        assert await stream.event() is None


async def test_a_stream_ends_when_its_token_does(board: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    _, token = await learner(board, "ada")
    monkeypatch.setattr(board.app.pipeline.tokens, "expiry", lambda _: time.time() + 0.1)

    async with streaming(board, OWN, token=token) as stream:
        await stream.sure()
        last = await stream.sure()

        assert last.payload["errors"][0]["message"] == "The access token expired"
        assert (await stream.sure()).kind == "complete"
        assert await stream.event() is None


async def test_a_silent_stream_sends_comments(board: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse_heartbeat, "KEEP_ALIVE_S", 0.02)

    async with streaming(board, SHARED) as stream:
        received = [await stream.sure() for _ in range(4)]

    comments = [event for event in received if event.kind != "next"]  # one can come before the first event
    assert [(event.kind, event.comment) for event in comments] == [("", "")] * 3


@pytest.mark.parametrize("text", [SHARED, OWN])
async def test_a_client_that_does_not_read_is_cut_off_and_the_others_are_not(
    board: Live, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(websocket_sinks, "SEND_TIMEOUT_S", 0.2)
    ada, _ = await learner(board, "ada")
    bodies: list[ChunkedResponse] = []
    original = ChunkedResponse.__init__

    def remembered(self: ChunkedResponse, cycle: Any) -> None:
        original(self, cycle)
        bodies.append(self)

    monkeypatch.setattr(ChunkedResponse, "__init__", remembered)

    async with streaming(board, text) as slow, streaming(board, text) as steady:
        await slow.sure()
        await steady.sure()
        bodies[0]._cycle.flow.pause_writing()
        await earn(board, ada, 10)
        assert (await steady.sure()).kind == "next"

        with pytest.raises(Exception, match=r"(?i)closed|peer|reset|read"):
            await _to_the_end(slow)
        await earn(board, ada, 10)
        assert (await steady.sure()).kind == "next"


async def _to_the_end(stream: Stream) -> None:
    while await stream.event() is not None:
        pass


def test_a_malformed_last_event_id_is_ignored() -> None:
    given = [b"17", b"", b"a b", b"x" * 65, "ä".encode()]

    assert [last_event_id({b"last-event-id": text}) for text in given] == ["17", None, None, None, None]
    assert last_event_id({}) is None


def test_an_event_is_one_line_of_data_and_has_an_id_if_a_client_can_resume_from_it() -> None:
    assert next_event(b"{}", "17") == b"id: 17\nevent: next\ndata: {}\n\n"
    assert next_event(b"{}", None) == b"event: next\ndata: {}\n\n"
    assert COMPLETE.count(b"\n") == 3


@pytest.mark.parametrize("text", [SHARED, OWN])
async def test_a_stream_ends_without_complete_when_the_process_ends(board: Live, text: str) -> None:
    async with streaming(board, text) as stream:
        await stream.sure()
        await board.app.pipeline.drain.end_streams(window_s=0.01)

        assert await stream.event() is None


async def test_no_stream_begins_while_the_process_ends(board: Live) -> None:
    board.app.pipeline.drain.is_closed = True

    async with streaming(board, SHARED) as stream:
        await stream.response.aread()

    assert stream.response.status_code == 503
    assert stream.response.headers["retry-after"] == "1"
    assert stream.response.json()["errors"][0]["extensions"]["code"] == "SHUTTING_DOWN"
