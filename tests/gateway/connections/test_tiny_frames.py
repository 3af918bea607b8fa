"""Tiny frames: a websocket parses what has arrived in pieces, so that thousands of frames do not hold the event loop."""

import pytest
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from gateway.connections.websocket_protocol import PIECE_BYTES
from tests.gateway.conftest import Live
from tests.support.clients.websockets import INIT, hear, say, socket

PING = {"type": "ping"}


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Log the lengths of what is parsed in one go."""
    lengths: list[int] = []
    original = WebSocketsSansIOProtocol.data_received

    def data_received(self: WebSocketsSansIOProtocol, data: bytes) -> None:
        lengths.append(len(data))
        original(self, data)

    monkeypatch.setattr(WebSocketsSansIOProtocol, "data_received", data_received)
    return lengths


async def test_a_long_message_is_parsed_piece_by_piece(live: Live, pieces: list[int]) -> None:
    async with socket(live) as opened:
        await say(opened, INIT, PING | {"payload": "x" * 200_000}, PING)

        assert [(await hear(opened))["type"] for _ in range(3)] == ["connection_ack", "pong", "pong"]

    assert max(pieces) == PIECE_BYTES
    assert sum(pieces) > 200_000


async def test_every_one_of_many_frames_is_answered_in_order(live: Live, pieces: list[int]) -> None:
    async with socket(live, max_queue=None) as opened:
        frames = [bytes(frame) for frame in _frames(1_500)]
        opened.transport.write(b"".join(frames))

        assert [(await hear(opened))["type"] for _ in range(1_500)] == ["pong"] * 1_500

    assert max(pieces) <= PIECE_BYTES


def _frames(count: int) -> list[bytes]:
    """Return masked text frames; the mask is zero."""
    payload = b'{"type":"ping"}'
    return [bytes([0x81, 0x80 | len(payload)]) + b"\0\0\0\0" + payload] * count
