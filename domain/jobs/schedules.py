"""Schedules: kinds of job that start by themselves at the times of a cron line."""

from datetime import datetime
from typing import Protocol

from domain.entities import entity
from domain.jobs.job_kinds import JobKind


@entity
class CronSchedule:
    """A kind without arguments that starts at the times of `cron`: minute, hour, day, month and weekday, in UTC."""

    name: str
    kind: JobKind
    cron: str
    description: str


@entity
class Schedule:
    """A schedule, and when it starts a job of `kind` next and did last; None for never."""

    name: str
    kind: str
    cron: str
    description: str
    next_at: datetime | None
    last_at: datetime | None


class Schedules(Protocol):
    """When schedules ran and will run; workers keep that."""

    async def read(self, asked: list[CronSchedule]) -> list[Schedule]:
        """Return these schedules with their times, in order; one that no worker knows has none."""
