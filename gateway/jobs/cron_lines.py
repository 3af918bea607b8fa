"""Cron lines: refuses those of schedules that cannot be read or never fire, like 31 February."""

from collections.abc import Iterable
from datetime import datetime

from croniter import CroniterBadCronError, CroniterBadDateError, croniter

from domain.jobs.schedules import CronSchedule


class CronLineError(ValueError):
    """The cron line of a schedule cannot be read, or no day fits it."""


def checked(plan: Iterable[CronSchedule], *, now: datetime) -> list[CronSchedule]:
    """Return the schedules; raises CronLineError with the name of the first that would never start a job."""
    schedules = list(plan)
    for schedule in schedules:
        try:
            croniter(schedule.cron, now).get_next(datetime)
        except CroniterBadDateError:
            raise CronLineError(f"{schedule.name} never fires; no day fits its cron line.") from None
        except CroniterBadCronError:
            raise CronLineError(f"{schedule.name} has no cron line of five fields.") from None
    return schedules
