"""Progress of daily targets: as they stand now, and the verb that pays those that are reached."""

from datetime import date, datetime, timedelta

from domain import local_days
from domain.acts import Act
from domain.gamification import streaks, xp
from domain.gamification.streaks import Activity, ActivityKind, UserZone
from domain.gamification.xp import Award, XpReason
from domain.gamification.xp_rules import CURRENT, RuleSet
from domain.ids import UserId
from domain.learning import daily_targets
from domain.learning.daily_targets import (
    LATE_DATES,
    UNITS,
    DailyKind,
    DailyTarget,
    DayCount,
    Standing,
    TargetChange,
    TargetDay,
)
from domain.learning.work import LearningWork

_DAY = timedelta(days=1)


def today_of(zone: UserZone, now: datetime) -> date:
    """Return the learner's local date."""
    return local_days.local_date(now, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour)


async def of_user(work: LearningWork, user_id: UserId, *, now: datetime) -> list[DailyTarget]:
    """Return the learner's targets as they stand now, in the order of the kinds."""
    zone = await work.streaks.zone_of(user_id)
    today = today_of(zone, now)
    standing = await work.daily_targets.standing(user_id, first=today, last=today)
    ends_at = local_days.day_end(now, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour)
    targets = (_target(kind, standing, today=today, ends_at=ends_at) for kind in DailyKind)
    return [target for target in targets if target is not None]


def _target(kind: DailyKind, standing: Standing, *, today: date, ends_at: datetime) -> DailyTarget | None:
    now = daily_targets.in_force(standing.changes, kind, today)
    if now is None or now.removed:
        return None
    following = daily_targets.in_force(standing.changes, kind, today + _DAY)
    days = [day for day in standing.days if day.kind is kind and day.local_date == today]
    return DailyTarget(
        kind=kind,
        target=now.target,
        next_target=None if following is None or following.target == now.target else following.target,
        done=sum(count.done for count in standing.counts if count.kind is kind),
        local_date=today,
        ends_at=ends_at,
        reached_at=days[0].reached_at if days else None,
    )


async def pay_reached(work: LearningWork, act: Act, user_id: UserId) -> list[TargetDay]:
    """Store the targets that the learner has reached today or on the three dates before, each once a date.

    Each awards XP, and counts for the streak. Lock the learner's row first.
    """
    zone = await work.streaks.zone_of(user_id)
    today = today_of(zone, act.now)
    first = today - LATE_DATES * _DAY
    standing = await work.daily_targets.standing(user_id, first=first, last=today)
    known = {(day.kind, day.local_date) for day in standing.days}
    new = []
    for count in sorted(standing.counts, key=lambda each: (each.local_date, each.kind.value)):
        change = daily_targets.in_force(standing.changes, count.kind, count.local_date)
        if change is None or change.removed or count.done < change.target:
            continue
        if (count.kind, count.local_date) not in known:
            new.append(await _reach(work, act, user_id, count, change))
    return new


async def _reach(
    work: LearningWork, act: Act, user_id: UserId, count: DayCount, change: TargetChange
) -> TargetDay:
    at = min(count.last_at, act.now)
    zone = await work.streaks.zone_of(user_id, at=at)
    day = TargetDay(
        kind=count.kind,
        local_date=count.local_date,
        target=change.target,
        reached_at=at,
        time_zone=zone.time_zone,
    )
    if await work.daily_targets.reach(user_id, day):
        award = award_for(user_id, day)
        activity = Activity(
            user_id=user_id,
            kind=ActivityKind.DAILY_TARGET,
            source_type=award.source_type,
            source_id=award.source_id,
            summary=f"Reached the daily target of {day.target} {UNITS[day.kind]}",
            occurred_at=at,
            local_date=day.local_date,
            time_zone=day.time_zone,
        )
        milestones = await streaks.record(work.streaks, activity, is_locked=True)
        await xp.award(work.xp, [award, *milestones], mint=act.mint, emit=work.emit)
    return day


def award_for(user_id: UserId, day: TargetDay, *, rules: RuleSet = CURRENT) -> Award:
    """Return the XP of a reached target: each kind once for each local date."""
    amount = rules.daily_target
    return Award(
        user_id=user_id,
        reason=XpReason.DAILY_TARGET,
        source_type="daily_target",
        source_id=f"{day.kind.value}:{day.local_date.isoformat()}",
        amount=amount,
        occurred_at=day.reached_at,
        local_date=day.local_date,
        explanation=f"Reached the daily target of {day.target} {UNITS[day.kind]} on {day.local_date.isoformat()}: "
        f"{amount} XP, once a day.",
    )
