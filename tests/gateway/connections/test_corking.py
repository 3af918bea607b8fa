"""Corking: the bytes of one turn of the event loop leave together, and none is lost."""

import asyncio
from typing import Any

from gateway.connections.corking import JOINED_UP_TO, Corked


class RecordingTransport(asyncio.Transport):
    """A transport that records each write."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Any] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.calls.append(data)

    def writelines(self, list_of_data: Any) -> None:
        self.calls.append(list(list_of_data))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True


def corked() -> tuple[RecordingTransport, Corked]:
    raw = RecordingTransport()
    return raw, Corked(raw, asyncio.get_running_loop())


async def test_a_head_and_its_body_leave_in_one_call() -> None:
    raw, transport = corked()

    transport.write(b"head")
    transport.write(b"body")
    before = list(raw.calls)
    await asyncio.sleep(0)

    assert before == []
    assert raw.calls == [b"headbody"]


async def test_writes_of_different_turns_leave_in_different_calls() -> None:
    raw, transport = corked()

    for piece in (b"one", b"two"):
        transport.write(piece)
        await asyncio.sleep(0)

    assert raw.calls == [b"one", b"two"]


async def test_long_pieces_are_not_copied() -> None:
    raw, transport = corked()
    body = b"x" * JOINED_UP_TO

    transport.writelines([b"head", body])
    await asyncio.sleep(0)

    assert raw.calls == [[b"head", body]]
    assert raw.calls[0][1] is body


async def test_closing_writes_the_pending_bytes_first() -> None:
    raw, transport = corked()

    transport.write(b"last words")
    transport.close()
    await asyncio.sleep(0)

    assert (raw.calls, raw.closed) == ([b"last words"], True)


async def test_a_closing_connection_drops_pending_bytes() -> None:
    raw, transport = corked()

    transport.write(b"too late")
    raw.closed = True
    await asyncio.sleep(0)

    assert raw.calls == []
