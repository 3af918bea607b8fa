"""Backups as jobs: written and verified by workers that have the folder, and seen in the metrics."""

from pathlib import Path
from typing import Any

import pytest
from prometheus_client.core import Metric

from domain import job_table
from domain.jobs import backup_jobs
from domain.jobs.job_kinds import JobKind, NoArguments
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.backups import configured_backups
from gateway.backups.backup_folder import BackupFolder
from gateway.jobs import served_queues
from gateway.jobs.handler_table import HANDLERS
from gateway.jobs.handlers import JobContext
from gateway.monitoring import backup_metrics
from gateway.settings.environment import Settings
from tests.builders.acts import an_act
from tests.builders.jobs import start
from tests.support.backups import MORNING, backups_of
from tests.support.jobs import begun
from tests.support.schema_client import Asker


async def result_of(ask: Asker, kind: JobKind) -> dict[str, Any] | None:
    """Run a job of a kind, and return its result."""
    async with ask.postgres.open_work(Meter()) as work:
        job = await start(work, an_act(now=ask.clock()), kind, arguments=NoArguments())
        await begun(work, job.id)
        (running,) = await work.jobs.by_ids([job.id], viewer_id=None, sees_all=True)
    assert running is not None
    await HANDLERS[kind.name].run(JobContext(running, ask.ports), NoArguments())
    async with ask.postgres.open_reads(Meter()) as work:
        (done,) = await work.jobs.by_ids([job.id], viewer_id=None, sees_all=True)
    assert done is not None
    return done.result


def values(families: list[Metric]) -> dict[str, float]:
    return {sample.name: sample.value for family in families for sample in family.samples}


async def test_a_backup_is_written_and_verified_by_jobs(
    ask: Asker, database_url: str, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path, backups=tmp_path / "backups")
    ask.ports.backups = backups_of(database_url, tmp_path)
    never = values(list(backup_metrics.families(settings)))

    written = await result_of(ask, backup_jobs.BACK_UP)
    unverified = values(list(backup_metrics.families(settings)))
    verified = await result_of(ask, backup_jobs.VERIFY_BACKUP)

    (backup,) = BackupFolder(tmp_path / "backups").all()
    assert written is not None
    assert verified is not None
    assert (written["outcome"], written["backup"]) == ("WRITTEN", backup.name)
    assert (verified["outcome"], verified["rows"]) == ("VERIFIED", backup.manifest().rows)
    assert set(never.values()) == {0.0}
    assert unverified == {
        "questpath_last_backup_timestamp_seconds": MORNING.timestamp(),
        "questpath_last_backup_verified_timestamp_seconds": 0.0,
    }
    assert set(values(list(backup_metrics.families(settings))).values()) == {MORNING.timestamp()}


async def test_workers_without_a_folder_leave_backups_alone(ask: Asker, tmp_path: Path) -> None:
    without = Settings(data=tmp_path, backups=None)

    assert configured_backups.of_settings(without, "postgresql:///x", secrets_and_ids.now) is None
    assert list(backup_metrics.families(without)) == []
    assert backup_jobs.QUEUE not in served_queues.served_queues(ask.ports)

    ask.ports.backups = backups_of("postgresql:///x", tmp_path)
    assert backup_jobs.QUEUE in served_queues.served_queues(ask.ports)


@pytest.mark.parametrize("kind", [backup_jobs.BACK_UP, backup_jobs.VERIFY_BACKUP], ids=lambda kind: kind.name)
def test_backups_are_due_every_day_and_one_at_a_time(kind: JobKind) -> None:
    assert job_table.SCHEDULES[kind.name].cron.endswith(" * * *")
    assert (kind.queue, kind.at_once) == (backup_jobs.QUEUE, 1)
