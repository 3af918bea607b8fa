"""Corking: bytes of one turn of the loop leave together, and none is lost."""

import asyncio
from typing import Any

from gateway.connections.corking import JOINED_UP_TO, Corked


class Wire(asyncio.Transport):
    """A transport that remembers what was written to it, call by call."""

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


def corked() -> tuple[Wire, Corked]:
    wire = Wire()
    return wire, Corked(wire, asyncio.get_running_loop())


async def test_a_head_and_its_body_leave_in_one_call() -> None:
    wire, transport = corked()

    transport.write(b"head")
    transport.write(b"body")
    before = list(wire.calls)
    await asyncio.sleep(0)

    assert before == []
    assert wire.calls == [b"headbody"]


async def test_what_is_written_in_another_turn_leaves_in_another_call() -> None:
    wire, transport = corked()

    for piece in (b"one", b"two"):
        transport.write(piece)
        await asyncio.sleep(0)

    assert wire.calls == [b"one", b"two"]


async def test_long_pieces_are_not_copied() -> None:
    wire, transport = corked()
    body = b"x" * JOINED_UP_TO

    transport.writelines([b"head", body])
    await asyncio.sleep(0)

    assert wire.calls == [[b"head", body]]
    assert wire.calls[0][1] is body


async def test_closing_writes_what_waits_before() -> None:
    wire, transport = corked()

    transport.write(b"last words")
    transport.close()
    await asyncio.sleep(0)

    assert (wire.calls, wire.closed) == ([b"last words"], True)


async def test_a_connection_that_broke_takes_nothing() -> None:
    wire, transport = corked()

    transport.write(b"too late")
    wire.closed = True
    await asyncio.sleep(0)

    assert wire.calls == []
