"""Commands about jobs, queues and schedules, as operators type them, with their output."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from domain.jobs.job_states import JobState
from domain.unit_of_work import Meter
from gateway.commands.execution import exit_code
from gateway.settings.environment import Settings
from persistence.work import Postgres
from tests.builders.acts import an_act
from tests.builders.jobs import start
from tests.support.command_line import run
from tests.support.jobs import begun

GUIDE = Path(__file__).parents[3] / "docs/operators/jobs.md"
COMMAND = re.compile(r"^    questpath (?!worker)(.+)$", re.MULTILINE)


async def a_failed_job(postgres: Postgres) -> str:
    async with postgres.open_work(Meter()) as work:
        job = await start(work, an_act())
        await work.runs.fail(await begun(work, job.id), error="OSError", now=an_act().now)
    return job.id


async def state_of(postgres: Postgres, job_id: Any) -> JobState:
    async with postgres.open_reads(Meter()) as work:
        (job,) = await work.jobs.by_ids([job_id], viewer_id=None, sees_all=True)
    assert job is not None
    return job.state


async def test_jobs_are_listed_for_people_and_for_programs(
    postgres: Postgres, database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    job = await a_failed_job(postgres)

    await run(database_url, "jobs list --state FAILED")
    for_people = capsys.readouterr().out
    await run(database_url, "jobs list --state FAILED --json")
    (for_programs,) = json.loads(capsys.readouterr().out)
    await run(database_url, "jobs list --state RUNNING")
    none = capsys.readouterr().out
    await run(database_url, f"jobs show {job}")
    shown = capsys.readouterr().out

    assert for_people.splitlines()[0].split()[:4] == ["job", "kind", "queue", "state"]
    assert job in for_people
    assert for_programs | {"job": job, "error": "OSError", "state": "FAILED"} == for_programs
    assert none == "There are no such jobs.\n"
    assert "'to': 3" in shown


async def test_failed_jobs_are_retried_and_discarded(
    postgres: Postgres, database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    first, second = await a_failed_job(postgres), await a_failed_job(postgres)

    await run(database_url, f"jobs retry {first}")
    await run(database_url, "jobs discard --reason Old")
    await run(database_url, f"jobs cancel {first}")
    await run(database_url, "jobs start settle_xp")
    await run(database_url, "jobs retry --kind settle_xp")

    assert await state_of(postgres, first) is JobState.CANCELLED
    assert await state_of(postgres, second) is JobState.DISCARDED
    assert capsys.readouterr().out.endswith("No such job has failed.\n")


async def test_queues_and_schedules_are_listed_and_changed(
    postgres: Postgres, database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    await run(database_url, "queues pause maintenance --reason Upgrade")
    await run(database_url, "queues list --json")
    paused, listed = capsys.readouterr().out.splitlines()
    await run(database_url, "queues resume maintenance")
    await run(database_url, "schedules run remove_expired")
    await run(database_url, "schedules list")
    rest = capsys.readouterr().out

    assert paused == "maintenance is paused; 0 of its jobs still run."
    reasons = {row["queue"]: row["reason"] for row in json.loads(listed)}
    others = dict.fromkeys(
        ["backups", "chats", "generation", "imports", "mail", "printouts", "reviews", "webhooks"]
    )
    assert reasons == others | {"maintenance": "Upgrade"}
    assert "maintenance runs; 0 of its jobs wait." in rest
    assert "of remove_expired is QUEUED." in rest
    assert "17 * * * *" in rest


def test_a_mistake_is_one_sentence(capsys: "pytest.CaptureFixture[str]", database_url: str) -> None:
    def attempt(_settings: Settings) -> int:
        return asyncio.run(run(database_url, "jobs list --kind coffee"))

    assert exit_code(attempt) == 2
    assert capsys.readouterr().err.startswith(
        "questpath: kind: kind must be one of advance_campaign, anonymise_accounts,"
    )


async def test_every_command_of_the_guide_works(postgres: Postgres, database_url: str) -> None:
    job = await a_failed_job(postgres)
    lines = COMMAND.findall(GUIDE.read_text("utf-8"))

    for line in lines:
        assert await run(database_url, line.replace("JOB", job)) == 0, line
    assert len(lines) > 8
