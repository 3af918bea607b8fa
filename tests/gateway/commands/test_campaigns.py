"""Commands about campaigns, as operators type them, with their output."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from domain.campaigns import campaign_control, campaign_steps
from domain.campaigns.campaign_jobs import AdvanceCampaignArguments
from domain.unit_of_work import Meter
from gateway import cli
from gateway.settings.environment import Settings
from persistence.work import Postgres
from tests.builders import a_user
from tests.builders.acts import an_act
from tests.builders.campaigns import SENDER, a_reader, stored_campaign

GUIDE = Path(__file__).parents[3] / "docs/operators/campaigns.md"
COMMAND = re.compile(r"^    questpath (.+)$", re.MULTILINE)


async def run(url: str, line: str) -> int:
    """Run a command as the shell would, on the database at `url`."""
    arguments = cli.parser().parse_args(line.split())
    outcome = cli.loaded(arguments.command)(Settings(), url, arguments)
    return await asyncio.wait_for(outcome, 30)  # type: ignore[arg-type]


async def a_campaign_that_is_sent(postgres: Postgres) -> str:
    async with postgres.open_work(Meter()) as work:
        await a_reader(work, a_user(email="secret@example.org"))
        draft = await stored_campaign(work, an_act())
        begun = await campaign_control.send(work, an_act(), draft.id, version=1)
        arguments = AdvanceCampaignArguments(campaign_id=begun.id, tick=begun.tick)
        await campaign_steps.advance(work, an_act(), arguments, SENDER)
    return draft.id


async def test_campaigns_are_listed_and_shown_for_people_and_for_programs(
    postgres: Postgres, database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    campaign = await a_campaign_that_is_sent(postgres)

    await run(database_url, "campaigns list --state SENDING")
    for_people = capsys.readouterr().out
    await run(database_url, "campaigns list --json")
    (for_programs,) = json.loads(capsys.readouterr().out)
    await run(database_url, "campaigns list --state SENT")
    none = capsys.readouterr().out
    await run(database_url, f"campaigns show {campaign}")
    shown = capsys.readouterr().out

    assert for_people.splitlines()[0].split()[:3] == ["campaign", "name", "state"]
    assert campaign in for_people
    assert for_programs | {"campaign": campaign, "state": "SENDING", "recipients": 1} == for_programs
    assert none == "There are no such campaigns.\n"
    assert re.search(r"^xp_sessions\s+0$", shown, re.MULTILINE)
    assert "secret@" not in for_people + shown


async def test_a_campaign_is_paused_resumed_and_cancelled(
    postgres: Postgres, database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    campaign = await a_campaign_that_is_sent(postgres)
    states = []
    for verb in ("pause", "resume", "cancel"):
        await run(database_url, f"campaigns {verb} {campaign} --json")
        (row,) = json.loads(capsys.readouterr().out)
        states.append(row["state"])

    assert states == ["PAUSED", "SENDING", "CANCELLED"]


async def test_every_command_of_the_guide_works(postgres: Postgres, database_url: str) -> None:
    campaign = await a_campaign_that_is_sent(postgres)
    lines = COMMAND.findall(GUIDE.read_text("utf-8"))

    for line in lines:
        assert await run(database_url, line.replace("CAMPAIGN", campaign)) == 0, line
    assert len(lines) == 6
