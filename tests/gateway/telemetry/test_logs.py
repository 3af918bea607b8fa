"""Logs: one JSON object a line, the facts that operators need, and never a secret."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.settings.modes import LogFormat
from gateway.telemetry import logs
from tests.gateway.conftest import Live
from tests.support.clients.accounts import LOGIN

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def json_log() -> Iterator[None]:
    logs.configure(LogFormat.JSON)
    yield
    logs.configure(LogFormat.TEXT)


def lines(capture: "pytest.CaptureFixture[bytes]") -> tuple[bytes, list[dict[str, Any]]]:
    """Return the output and the lines of operations, without those of jobs and events."""
    logs.lines.flush()
    written = capture.readouterr().out
    parsed = [json.loads(line) for line in written.splitlines() if line.startswith(b"{")]
    return written, [line for line in parsed if line["event"].endswith("operation")]


async def test_an_operation_is_one_line(live: Live, capsysbinary: "pytest.CaptureFixture[bytes]") -> None:
    await live.client.post(
        "/graphql",
        json={"query": "query Some { users { nodes { id } } }"},
        headers={"x-request-id": "my-request-1"},
    )

    _, (line,) = lines(capsysbinary)
    assert line["event"] == "operation"
    assert line["request_id"] == "my-request-1"
    assert (line["operation_name"], line["operation_type"]) == ("Some", "query")
    assert (line["transport"], line["user_id"], line["sql_count"]) == ("http", None, 1)
    assert line["duration_ms"] > 0
    assert line["timestamp"].endswith("Z")


async def test_refusals_are_logged_and_secrets_are_not(
    live: Live, capsysbinary: "pytest.CaptureFixture[bytes]"
) -> None:
    token = await live.register("ada")
    await live.post(LOGIN, input={"email": "ada@example.org", "password": "not " + PASSWORD})
    await live.post(LOGIN, input={"email": "ada@example.org", "password": PASSWORD})
    await live.post("{ viewer { user { id } } }", token=token + "x")
    await live.post("{ viewer { user { id } } }", token=token)

    written, logged = lines(capsysbinary)
    assert [line.get("refused") for line in logged] == [None, ["INVALID_CREDENTIALS"], None, None, None]
    assert logged[3]["errors"] == ["UNAUTHENTICATED"]
    assert logged[4]["user_id"].startswith("user_")
    for secret in (PASSWORD, token, token.rpartition(".")[2]):
        assert secret.encode() not in written


async def test_buffered_lines_are_written_together_after_a_moment(
    capsysbinary: "pytest.CaptureFixture[bytes]",
) -> None:
    for number in range(3):
        logs.write({"event": f"number {number}"})
    at_once = capsysbinary.readouterr().out
    await asyncio.sleep(2 * logs.LINES_WAIT_S)

    assert at_once == b""
    written = capsysbinary.readouterr().out
    assert [json.loads(line)["event"] for line in written.splitlines()] == [
        "number 0",
        "number 1",
        "number 2",
    ]


async def test_a_full_buffer_is_written_at_once(capsysbinary: "pytest.CaptureFixture[bytes]") -> None:
    for _ in range(logs.MOST_WAITING):
        logs.write({"event": "one of many"})

    assert capsysbinary.readouterr().out.count(b"\n") == logs.MOST_WAITING


def test_a_line_without_an_event_loop_is_written_at_once(
    capsysbinary: "pytest.CaptureFixture[bytes]",
) -> None:
    logs.write({"event": "alone"})

    assert b"alone" in capsysbinary.readouterr().out
