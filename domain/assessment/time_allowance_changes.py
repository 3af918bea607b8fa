"""Changes of time allowances: moderators set how much more time a learner has, and list who has more."""

from domain import text
from domain.accounts import audit, roles
from domain.accounts.audit import AuditAction
from domain.accounts.users import Role
from domain.acts import Act
from domain.assessment.time_allowances import LEAST, MOST, TimeAllowance
from domain.assessment.work import AssessmentWork
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from domain.ids import UserId
from domain.paging import Page, Window
from domain.refusals import all_at_once

LONGEST_REASON = 500
_DECIMALS = 2


async def page(
    work: AssessmentWork, act: Act, window: Window, *, user_id: UserId | None
) -> Page[TimeAllowance]:
    """Return the allowances; raises ForbiddenError unless the actor is a moderator."""
    await roles.require(work.roles, user_id=act.user_id, role=Role.MODERATOR, now=act.now)
    return await work.time_allowances.page(window, user_id=user_id)


async def set_multiplier(
    work: AssessmentWork, act: Act, *, user_id: UserId, multiplier: float, reason: str
) -> TimeAllowance:
    """Set how much more time a learner has for the attempts that start afterwards, with a reason in the audit log.

    Raises InvalidInputError, ForbiddenError or NotFoundError.
    """
    with all_at_once() as each:
        with each:
            reason = text.prose(reason, field="reason", longest=LONGEST_REASON, shortest=1)
        with each:
            _check_multiplier(multiplier)
        await roles.require(work.roles, user_id=act.user_id, role=Role.MODERATOR, now=act.now)
        account = await work.roles.account(user_id, now=act.now)
        if account is None or account.erased_at is not None:
            raise NotFoundError("There is no such user.", field="userId")
        if user_id == act.user_id:
            raise ForbiddenError("Another moderator has to set your own time.", field="userId")
    await work.xp.lock(user_id)
    (before,) = await work.time_allowances.by_users([user_id])
    if before is not None and before.multiplier == multiplier:
        return before
    after = TimeAllowance(user_id=user_id, multiplier=multiplier, set_by_id=act.user_id, set_at=act.now)
    await work.time_allowances.store(after)
    difference = {"before": _shown(before.multiplier if before else LEAST), "after": _shown(multiplier)}
    await audit.record(
        work.audit,
        act,
        AuditAction.TIME_MULTIPLIER_SET,
        target=user_id,
        difference=difference | {"reason": reason},
    )
    return after


def _check_multiplier(multiplier: float) -> None:
    if not (LEAST <= multiplier <= MOST and round(multiplier, _DECIMALS) == multiplier):
        raise InvalidInputError(
            f"multiplier must be {LEAST} to {MOST}, with at most {_DECIMALS} decimals.", field="multiplier"
        )


def _shown(multiplier: float) -> str:
    return f"{multiplier:.{_DECIMALS}f}"
