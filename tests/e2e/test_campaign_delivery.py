"""A campaign over a mail server that refuses some readers, is slow for a time and dies once: everybody once, or named.

The whole measure takes minutes and prints its figures:

    CAMPAIGN_READERS=20000 CAMPAIGN_SLOW_S=60 pytest -q -s tests/e2e/test_campaign_delivery.py

A mail that the server has taken without an answer, because it died in between, is sent again under the same
`Message-ID`. The server here counts these, and no other reader may get a second copy.
"""

import asyncio
import os
import signal
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from domain.campaigns import campaign_control
from domain.ids import CampaignId
from domain.unit_of_work import Meter
from persistence.work import Postgres
from tests.builders import a_user
from tests.builders.acts import an_act
from tests.builders.campaigns import a_reader, stored_campaign
from tests.support.servers.faulty_smtp import Faults, FaultyServer, faulty_server
from tests.support.servers.gateway import ServerProcess

READERS = int(os.environ.get("CAMPAIGN_READERS", "300"))
SLOW_S = float(os.environ.get("CAMPAIGN_SLOW_S", "3"))
ONE_IN = 50
"""The server refuses the address of every fiftieth reader."""
WORKERS = 2
AT_ONCE = 6
"""How many mails may be under way when the server dies."""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180 + SLOW_S + READERS // 10)]
_COPIES = """
    INSERT INTO users SELECT (jsonb_populate_record(u, jsonb_build_object(
        'id', 'user_' || lpad(n::text, 26, '0'), 'handle', 'reader_' || n, 'email', 'reader' || n || '@example.org'
    ))).* FROM users u, generate_series(2, $1::int) n WHERE u.id = $2
"""
_CONSENTS = """
    INSERT INTO email_preferences SELECT (jsonb_populate_record(p, jsonb_build_object('user_id', u.id))).*
    FROM email_preferences p, users u WHERE p.user_id = $1 AND u.id <> $1
"""
_OUTCOMES = """
    SELECT u.email, r.state, r.reason, r.bounced FROM campaign_recipients r JOIN users u ON u.id = r.user_id
    WHERE r.campaign_id = $1
"""


class MailWorker(ServerProcess):
    """A worker that sends mails to a server on this machine."""

    ready_word = "runs jobs of"

    def __init__(self, url: str, smtp_port: int, folder: Path) -> None:
        environment = {
            "DATABASE_URL": url,
            "QUESTPATH_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
            "QUESTPATH_MAIL_FROM": "QuestPath <no-reply@example.org>",
            "QUESTPATH_CAMPAIGN_MAILS_PER_SECOND": "500",
            "QUESTPATH_LOG": "text",
        }
        super().__init__(0, ["gateway.cli", "worker", "--concurrency", "10"], environment, folder)


def number_of(address: str) -> int:
    return int(address.removeprefix("reader").partition("@")[0])


async def a_campaign(postgres: Postgres, connection: "asyncpg.Connection[Any]") -> CampaignId:
    """Store the readers, and begin to send a campaign to all of them."""
    act = an_act(now=datetime.now(UTC))
    async with postgres.open_work(Meter()) as work:
        first = await a_reader(work, a_user(email="reader1@example.org"))
    await connection.execute(_COPIES, READERS, first)
    await connection.execute(_CONSENTS, first)
    async with postgres.open_work(Meter()) as work:
        campaign = await stored_campaign(work, act, per_second=500, created_at=act.now)
        await campaign_control.send(work, act, campaign.id, version=1)
    return campaign.id


async def sent(connection: "asyncpg.Connection[Any]", campaign_id: CampaignId) -> None:
    while await connection.fetchval("SELECT state FROM campaigns WHERE id = $1", campaign_id) != "SENT":
        await asyncio.sleep(0.5)


async def test_every_reader_of_a_campaign_gets_it_once_or_is_named(
    postgres: Postgres, database_url: str, tmp_path: Path
) -> None:
    connection = await asyncpg.connect(database_url)
    campaign_id = await a_campaign(postgres, connection)
    faults = Faults(
        refuses=lambda address: number_of(address) % ONE_IN == 0,
        slow_after=READERS // 4,
        slow_s=SLOW_S,
        dies_after=READERS // 2,
        down_s=3,
    )
    began = time.monotonic()
    async with faulty_server(faults) as server:
        workers = [MailWorker(database_url, server.port, tmp_path) for _ in range(WORKERS)]
        try:
            await sent(connection, campaign_id)
        finally:
            for worker in workers:
                await asyncio.to_thread(worker.stop, signal.SIGTERM)
    seconds = time.monotonic() - began

    outcomes = {row["email"]: row for row in await connection.fetch(_OUTCOMES, campaign_id)}
    async with postgres.open_reads(Meter()) as reads:
        (report,) = await reads.recipients.reports([campaign_id])
    suppressed = await connection.fetchval("SELECT count(*) FROM suppressions WHERE reason = 'HARD_BOUNCE'")
    await connection.close()
    twice = {address for address, copies in server.copies.items() if copies > 1}
    print(_figures(server, outcomes, seconds, twice))  # noqa: T201 - figures for people, with -s

    everybody = {f"reader{n}@example.org" for n in range(1, READERS + 1)}
    named = {address for address, row in outcomes.items() if row["state"] == "FAILED"}
    assert outcomes.keys() == everybody
    assert named == server.refused == {each for each in everybody if number_of(each) % ONE_IN == 0}
    assert server.copies.keys() == everybody - named
    assert server.has_died
    assert server.slow > 0
    assert twice <= server.unanswered
    assert set(server.copies.values()) <= {1, 2}
    assert len(server.unanswered) <= AT_ONCE
    assert all(row["state"] == "SENT" for address, row in outcomes.items() if address not in named)
    assert all(outcomes[address]["bounced"] for address in named)
    assert (report.sent, report.bounced, suppressed) == (READERS - len(named), len(named), len(named))


def _figures(server: FaultyServer, outcomes: dict[str, Any], seconds: float, twice: set[str]) -> str:
    states = Counter(row["state"] for row in outcomes.values())
    return (
        f"{READERS} readers in {seconds:.0f} s: {dict(states)}; refused {len(server.refused)}, slow mails {server.slow}, "
        f"taken without an answer {len(server.unanswered)}, second copies {len(twice)}"
    )
