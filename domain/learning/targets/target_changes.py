"""Setting and removing daily targets."""

from dataclasses import replace
from datetime import date

from domain.acts import Act
from domain.errors import InvalidInputError, NotFoundError
from domain.learning import daily_targets
from domain.learning.daily_targets import BOUNDS, DailyKind, DailyTarget, TargetChange
from domain.learning.progress_checks import progress_signal
from domain.learning.targets import target_progress
from domain.learning.work import LearningWork


async def set_target(work: LearningWork, act: Act, *, kind: DailyKind, target: int) -> DailyTarget:
    """Set the actor's target of a kind: a higher one applies today, a lower one from tomorrow on.

    Raises InvalidInputError for a target out of bounds.
    """
    _check(kind, target)
    today, changes = await _locked(work, act)
    change = daily_targets.changed(changes, kind=kind, target=target, today=today)
    now = daily_targets.in_force(changes, kind, today)
    if change.from_date > today and now is not None and now.removed:  # set anew on the date of its removal
        await work.daily_targets.save(act.user_id, replace(now, removed=False))
    await work.daily_targets.save(act.user_id, change)
    await work.progress_checks.note(act.user_id)
    work.emit(progress_signal(act.user_id))
    return await _own(work, act, kind)


async def remove_target(work: LearningWork, act: Act, *, kind: DailyKind) -> DailyTarget:
    """Remove the actor's target of a kind, and return it as it was; what it has earned stays. Raises NotFoundError."""
    today, changes = await _locked(work, act)
    before = await _own(work, act, kind)
    now = daily_targets.in_force(changes, kind, today)
    figure = before.target if now is None else now.target
    await work.daily_targets.save(
        act.user_id, TargetChange(kind=kind, from_date=today, target=figure, removed=True)
    )
    work.emit(progress_signal(act.user_id))
    return before


def _check(kind: DailyKind, target: int) -> None:
    least, most = BOUNDS[kind]
    if not least <= target <= most:
        raise InvalidInputError(f"target must be {least} to {most} for {kind.value}.", field="target")


async def _locked(work: LearningWork, act: Act) -> tuple[date, list[TargetChange]]:
    """Lock the actor's row, and return their local date with the changes that decide from it on."""
    await work.xp.lock(act.user_id)
    today = target_progress.today_of(await work.streaks.zone_of(act.user_id), act.now)
    return today, (await work.daily_targets.standing(act.user_id, first=today, last=today)).changes


async def _own(work: LearningWork, act: Act, kind: DailyKind) -> DailyTarget:
    for target in await target_progress.of_user(work, act.user_id, now=act.now):
        if target.kind is kind:
            return target
    raise NotFoundError("You have no daily target of this kind; setDailyTarget sets one.", field="kind")
