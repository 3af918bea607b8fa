"""Exception text: types, places and states, and no value that a client sent."""

from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from domain.unit_of_work import Meter
from gateway.telemetry.exception_text import exception_text
from persistence.work import Postgres

CANARY = "canary7secret"


def text_of(fail: Callable[[], Any]) -> str:
    """Return the text of the exception that a function raises, from behind a second one."""
    try:
        try:
            fail()
        except Exception as cause:
            raise RuntimeError("a job ended") from cause
    except RuntimeError as error:
        return exception_text(error)
    raise AssertionError


@pytest.mark.parametrize(
    ("fail", "name"),
    [
        (lambda: int(CANARY), "ValueError"),
        (lambda: {}[CANARY], "KeyError"),
        (lambda: CANARY.join(["\ud800"]).encode(), "UnicodeEncodeError"),
        (lambda: [].remove(CANARY), "ValueError"),
    ],
)
def test_a_message_that_may_quote_a_value_is_left_out(fail: Callable[[], Any], name: str) -> None:
    text = text_of(fail)

    assert CANARY not in text
    assert f"\n{name}\n" in text
    assert text.endswith("RuntimeError: a job ended")
    assert text.count("Traceback (most recent call last):") == 2
    assert "test_exception_text.py" in text


def test_what_the_system_says_about_addresses_stays() -> None:
    error = ConnectionRefusedError(111, "Connect call failed")

    assert exception_text(error).endswith("ConnectionRefusedError: [Errno 111] Connect call failed")


def test_exceptions_of_a_group_are_told_each() -> None:
    group = ExceptionGroup(CANARY, [ValueError(CANARY), RuntimeError("no loop")])

    text = exception_text(group)

    assert CANARY not in text
    assert "ValueError" in text
    assert "RuntimeError: no loop" in text


@pytest.mark.parametrize(
    ("sql", "arguments", "expected"),
    [
        ("SELECT $1::int", (CANARY,), "DataError: 22000"),
        (f"SELECT '{CANARY}'::int", (), "InvalidTextRepresentationError: 22P02"),
        (
            "INSERT INTO exam_types (id, code, name, description) VALUES ($1, $1, $1, ''), ($1, $1, $1, '')",
            (CANARY,),
            "(23505)",
        ),
    ],
)
async def test_postgres_errors_keep_their_state(
    postgres: Postgres, sql: str, arguments: tuple[str, ...], expected: str
) -> None:
    async with postgres.open_work(Meter()) as work:
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)) as raised:
            await work.connection.raw.fetch(sql, *arguments)

    text = exception_text(raised.value)
    last = text.splitlines()[-1]
    assert CANARY in str(raised.value) + str(getattr(raised.value, "detail", ""))
    assert CANARY not in text.replace(f"SELECT '{CANARY}'::int", "")
    assert expected in last
