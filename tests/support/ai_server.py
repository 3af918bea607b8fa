"""AI server of tests: speaks like OpenAI's chat completions and Anthropic's messages over real HTTP, also badly."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

PIECE = 12
"""How many characters stand in one event."""


@dataclass(frozen=True)
class Reply:
    """What the server does with one request: streams `text` in events, or what else `how` says."""

    text: str = ""
    how: str = "stream"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    pause_s: float = 0.0
    counts: tuple[int, int] | None = (100, 20)

    @property
    def pieces(self) -> list[str]:
        """The text of each event; one that is cut ends in the middle."""
        pieces = [self.text[n : n + PIECE] for n in range(0, len(self.text), PIECE)]
        return pieces[: len(pieces) // 2] if self.how == "cut" else pieces


def answers(value: Any) -> Reply:
    return Reply(json.dumps(value, ensure_ascii=False))


CUT = Reply("It is cut off in the middle of a sentence", how="cut")
EMPTY = Reply(how="empty")
HALF_JSON = Reply('{"titles": ["a", "b')
HTML = Reply("<html><body>502 Bad Gateway</body></html>", how="html")
HUGE = Reply(how="huge")
NOTHING = Reply(how="nothing")
BUSY = Reply(how="error", status=429, headers=(("Retry-After", "0.01"),))
BUSY_FOR_LONG = Reply(how="error", status=429, headers=(("Retry-After", "3600"),))
DOWN = Reply(how="error", status=503)
REJECTED = Reply(how="error", status=400)
WRONG_KEY = Reply(how="error", status=401)
SILENT = Reply("The first word, and then", how="silent")
SENT_HUGE = 50_000_000


@dataclass
class AiServer:
    """A server with its script: the replies to the next requests, then the `usual` one."""

    usual: Reply = field(default_factory=lambda: Reply("A short answer in several pieces."))
    script: deque[Reply] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    disconnected: asyncio.Event = field(default_factory=asyncio.Event)
    sent: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def prompts(self) -> str:
        """All that was ever sent here."""
        return json.dumps(self.requests, ensure_ascii=False)

    def will(self, *replies: Reply) -> None:
        self.script.extend(replies)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines[1:])}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                self.requests.append(json.loads(body))
                self.keys.append(headers.get("x-api-key") or headers.get("authorization", ""))
                reply = self.script.popleft() if self.script else self.usual
                if not await self._answer(reply, reader, writer, is_anthropic="/messages" in lines[0]):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_anthropic: bool
    ) -> bool:
        """Answer one request; False closes the connection."""
        if reply.how == "nothing":
            return False
        if reply.how in {"error", "html"}:
            await _send(writer, reply)
            return True
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        if reply.how == "huge":
            return await self._flood(writer)
        gone = asyncio.create_task(reader.read())
        events = _anthropic_events if is_anthropic else _openai_events
        try:
            for event in events(reply.pieces, reply.counts, is_whole=reply.how == "stream"):
                writer.write(event)
                await writer.drain()
                if reply.pause_s:
                    await asyncio.wait({gone}, timeout=reply.pause_s)
                if gone.done():
                    break
            if reply.how == "silent":
                await gone
        finally:
            if gone.done():
                self.disconnected.set()
            gone.cancel()
        return False

    async def _flood(self, writer: asyncio.StreamWriter) -> bool:
        """Send one event of 50 MB, until the other side closes."""
        writer.write(b'data: {"id": "')
        try:
            while self.sent < SENT_HUGE:
                writer.write(b"x" * 100_000)
                self.sent += 100_000
                await writer.drain()
        except ConnectionError:
            self.disconnected.set()
        return False


async def _send(writer: asyncio.StreamWriter, reply: Reply) -> None:
    """Send a whole response, which the connection outlives."""
    error = {"error": {"message": "a test says no", "type": "test"}}
    kind, content = (
        ("text/html; charset=utf-8", reply.text.encode())
        if reply.how == "html"
        else ("application/json", json.dumps(error).encode())
    )
    headers = [("Content-Type", kind), ("Content-Length", str(len(content))), *reply.headers]
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    writer.write(f"HTTP/1.1 {reply.status} Told\r\n{lines}\r\n".encode() + content)
    await writer.drain()


def _openai_events(pieces: list[str], counts: tuple[int, int] | None, *, is_whole: bool) -> Iterable[bytes]:
    def event(choices: list[dict[str, Any]], **more: Any) -> bytes:
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices}
        return f"data: {json.dumps(chunk | more)}\n\n".encode()

    for piece in pieces:
        yield event([{"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": None}])
    if not is_whole:
        return
    yield event([{"index": 0, "delta": {}, "finish_reason": "stop"}])
    if counts is not None:
        asked, said = counts
        usage = {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}
        yield event([], usage=usage)
    yield b"data: [DONE]\n\n"


def _anthropic_events(
    pieces: list[str], counts: tuple[int, int] | None, *, is_whole: bool
) -> Iterable[bytes]:
    def event(kind: str, **more: Any) -> bytes:
        return f"event: {kind}\ndata: {json.dumps({'type': kind} | more)}\n\n".encode()

    asked, said = counts or (0, 0)
    yield event(
        "message_start",
        message={
            "id": "m",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": asked, "output_tokens": 1},
        },
    )
    yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    for piece in pieces:
        yield event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
    if not is_whole:
        return
    yield event("content_block_stop", index=0)
    end = {"stop_reason": "end_turn", "stop_sequence": None}
    yield event("message_delta", delta=end, usage={"output_tokens": said})
    yield event("message_stop")


@asynccontextmanager
async def running() -> AsyncIterator[AiServer]:
    """Run a server on a free port of this machine."""
    state = AiServer()
    server = await asyncio.start_server(state.serve, "127.0.0.1", 0, limit=10_000_000)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
