"""Campaigns whose workers are killed, and which two operators pause and resume: every reader gets one mail.

A worker that dies between the answer of the mail server and its own note leaves a second copy under the same
Message-ID, as for every mail of the outbox. `QUESTPATH_READERS` and `QUESTPATH_KILLS` set how many there are.
"""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from domain.campaigns import campaign_control
from domain.campaigns.campaigns import Campaign
from domain.errors import DomainError
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from persistence.work import Postgres
from tests.builders import a_user
from tests.builders.acts import an_act
from tests.builders.campaigns import a_reader, stored_campaign
from tests.support.servers.campaign_worker import CAPACITY
from tests.support.servers.gateway import ROOT
from tests.support.servers.smtp import Inbox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
READERS = int(os.environ.get("QUESTPATH_READERS", "90"))
KILLS = int(os.environ.get("QUESTPATH_KILLS", "3"))
WORKERS = 2
LONGEST_S = 500
LOG = "workers.log"
"""The file in which the workers of a test leave what they say."""


class SlowInbox(Inbox):
    """An inbox that takes a moment for each mail, in which its sender may be killed."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.03)
        return answer

    def message_ids(self) -> dict[str, Counter[str]]:
        """Return how often each Message-ID has arrived, by recipient."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for message, recipient in zip(self.arrived, self.recipients, strict=True):
            found[recipient][str(message["Message-ID"])] += 1
        return found


@asynccontextmanager
async def slow_server() -> AsyncIterator[SlowInbox]:
    inbox, loop = SlowInbox(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(inbox, hostname="localhost", loop=loop), "127.0.0.1", 0)
    try:
        inbox.port = server.sockets[0].getsockname()[1]
        yield inbox
    finally:
        server.close()
        await server.wait_closed()


def a_worker(url: str, port: int, folder: Path) -> "subprocess.Popen[bytes]":
    with (folder / LOG).open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.support.servers.campaign_worker", url, str(port)],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
            cwd=folder,
            stdout=log,
            stderr=log,
        )


async def begun(postgres: Postgres) -> Campaign:
    """Store the readers, and begin a campaign to them."""
    async with postgres.open_work(Meter()) as work:
        for _ in range(READERS):
            await a_reader(work, a_user())
        act = an_act(now=secrets_and_ids.now())
        draft = await stored_campaign(work, act)
        return await campaign_control.send(work, act, draft.id, version=1)


async def run_until_sent(
    url: str,
    inbox: SlowInbox,
    folder: Path,
    campaign: Campaign,
    meanwhile: Callable[[list["subprocess.Popen[bytes]"], int], Awaitable[None]],
) -> tuple[dict[str, int], int]:
    """Run workers until the campaign has ended; return how many recipients are in each state, and how many mails."""
    connection = await asyncpg.connect(url)
    workers = [a_worker(url, inbox.port, folder) for _ in range(WORKERS)]
    began = time.monotonic()
    try:
        while await connection.fetchval("SELECT state FROM campaigns WHERE id = $1", campaign.id) != "SENT":
            assert time.monotonic() - began < LONGEST_S, await connection.fetch(
                "SELECT state, count(*) FROM campaign_recipients GROUP BY 1"
            )
            assert [worker.poll() for worker in workers] == [None] * WORKERS, (folder / LOG).read_text()
            await meanwhile(workers, len(inbox.arrived))
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    states = await connection.fetch("SELECT state, count(*) FROM campaign_recipients GROUP BY 1")
    mails = await connection.fetchval("SELECT count(*) FROM mails")
    await connection.close()
    sys.stdout.write(f"{READERS} readers, {len(inbox.arrived)} mails, {time.monotonic() - began:.0f} s\n")
    return dict(states), mails


async def test_every_reader_gets_one_mail_though_workers_are_killed(
    postgres: Postgres, database_url: str, tmp_path: Path
) -> None:
    campaign = await begun(postgres)
    chance, killed = random.Random(11), 0
    async with slow_server() as inbox:

        async def kill(workers: "list[subprocess.Popen[bytes]]", arrived: int) -> None:
            nonlocal killed
            await asyncio.sleep(chance.uniform(0.1, 0.3))
            if killed < KILLS and arrived >= killed * READERS // (KILLS + 1):
                victim = chance.randrange(WORKERS)
                workers[victim].kill()
                workers[victim].wait()
                workers[victim] = a_worker(database_url, inbox.port, tmp_path)
                killed += 1

        states, mails = await run_until_sent(database_url, inbox, tmp_path, campaign, kill)
        found = inbox.message_ids()

    assert (states, mails, killed) == ({"SENT": READERS}, READERS, KILLS)
    assert (len(found), {len(ids) for ids in found.values()}) == (READERS, {1})
    copies = sum(ids.total() for ids in found.values()) - READERS
    assert 0 <= copies <= KILLS * CAPACITY


async def test_every_reader_gets_one_mail_though_two_operators_pause_and_resume(
    postgres: Postgres, database_url: str, tmp_path: Path
) -> None:
    campaign = await begun(postgres)
    acts: Counter[str] = Counter()

    async def operate(chance: random.Random) -> None:
        for _ in range(25):
            await asyncio.sleep(chance.uniform(0.05, 0.4))
            verb: Any = chance.choice([campaign_control.pause, campaign_control.resume])
            try:
                async with postgres.open_work(Meter()) as work:
                    await verb(work, an_act(now=secrets_and_ids.now()), campaign.id)
                acts[verb.__name__] += 1
            except DomainError as refused:
                acts[refused.code] += 1
        async with postgres.open_work(Meter()) as work:
            if (await campaign_control.operators.locked(work, campaign.id)).state.value == "PAUSED":
                await campaign_control.resume(work, an_act(now=secrets_and_ids.now()), campaign.id)

    async def wait(_workers: "list[subprocess.Popen[bytes]]", _arrived: int) -> None:
        await asyncio.sleep(0.2)

    async with slow_server() as inbox:
        operators = [asyncio.create_task(operate(random.Random(seed))) for seed in (1, 2)]
        states, _ = await run_until_sent(database_url, inbox, tmp_path, campaign, wait)
        await asyncio.gather(*operators)
        found = inbox.message_ids()

    assert states == {"SENT": READERS}
    assert {recipient: ids.total() for recipient, ids in found.items()} == dict.fromkeys(found, 1)
    assert len(found) == READERS
    assert acts["pause"] > 3
    assert acts["resume"] > 3
