"""A worker that is killed while it writes an answer of a chat: another one writes it anew, once and to its end."""

import asyncio
import signal
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from domain.chats import chat_questions
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.ai.offline import chats
from persistence.database import connect
from persistence.signals import LocalSignals
from persistence.work import Postgres
from tests.builders import a_user
from tests.builders.acts import an_act
from tests.builders.ai import a_chat_request
from tests.support.servers.chat_worker import ChatWorkerProcess

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
QUESTION = "How do I write a loop in Python?"
_MESSAGE = "SELECT state, answer, writing FROM chat_messages"


async def a_question(url: str) -> None:
    async with connect(url, largest=1) as database:
        postgres = Postgres(database, LocalSignals())
        async with postgres.open_work(Meter()) as work:
            user = await work.users.add(a_user())
            act = an_act(actor_id=user.id, now=secrets_and_ids.now())
            await chat_questions.start(work, act, topic="Python", question=QUESTION, idempotency_key="k")


async def until(connection: "asyncpg.Connection[asyncpg.Record]", condition: str) -> asyncpg.Record:
    while True:
        row = await connection.fetchrow(f"{_MESSAGE} WHERE {condition}")
        if row is not None:
            return row
        await asyncio.sleep(0.05)


async def test_a_killed_worker_leaves_no_answer_stuck_or_doubled(database_url: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(database_url)
    await a_question(database_url)
    first, second = ChatWorkerProcess(database_url, tmp_path), None
    try:
        await asyncio.to_thread(first.wait_ready)
        half = await until(connection, "length(answer) > 20")
        first.stop(signal.SIGKILL)
        second = ChatWorkerProcess(database_url, tmp_path)
        await asyncio.to_thread(second.wait_ready)
        done = await until(connection, "ended_at IS NOT NULL")
    finally:
        for worker in (first, second):
            with suppress(ValueError):
                if worker is not None:
                    worker.stop(signal.SIGKILL)
        await connection.close()

    expected = chats.write(a_chat_request(topic="Python", question=QUESTION))
    assert half["state"] == "STREAMING"
    assert (done["state"], done["answer"]) == ("DONE", expected)
    assert done["writing"] == 2
