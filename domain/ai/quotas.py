"""Quotas: how many requests and tokens a caller has for a day, by role, and how many requests for a minute."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from domain.accounts.users import Role
from domain.ai.errors import AiPaceReachedError, AiQuotaReachedError
from domain.entities import entity
from domain.errors import DomainError

_MINUTE = timedelta(minutes=1)


@entity
class AiQuota:
    """The quota of a caller: requests and tokens of a day in UTC, and requests of a minute, which may come at once."""

    requests: int
    tokens: int
    per_minute: int

    @property
    def pause(self) -> timedelta:
        """After which time one more request comes back."""
        return _MINUTE / self.per_minute


@entity
class AiQuotas:
    """The quotas by role; of several roles the highest figure counts, and those without one have that of learners."""

    requests: Mapping[Role, int]
    tokens: Mapping[Role, int]
    per_minute: int

    def of(self, roles: frozenset[Role]) -> AiQuota:
        """Return the quota of a caller with these roles."""
        return AiQuota(
            requests=_highest(self.requests, roles),
            tokens=_highest(self.tokens, roles),
            per_minute=self.per_minute,
        )


@entity
class AiBudget:
    """What a caller has used on a day in UTC, with what is reserved for requests that run.

    A request takes a pause of the quota; `paced_until` is when all of the pauses taken are over.
    """

    day: date
    requests: int
    tokens: int
    cost: int
    paced_until: datetime


def next_day(now: datetime) -> datetime:
    """Return when the next day begins in UTC."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), datetime.min.time(), UTC)


def refusal(budget: AiBudget | None, quota: AiQuota, *, now: datetime) -> DomainError:
    """Return why a request was refused that the budget had no room for."""
    is_of_today = budget is not None and budget.day >= now.astimezone(UTC).date()
    if is_of_today and budget is not None and budget.requests >= quota.requests:
        return AiQuotaReachedError(
            f"You have used the {quota.requests} requests of today; more come at midnight UTC.",
            resets_at=next_day(now),
        )
    earliest = None if budget is None else budget.paced_until - quota.pause * (quota.per_minute - 1)
    if earliest is not None and earliest > now:
        return AiPaceReachedError(
            f"At most {quota.per_minute} requests a minute are answered; send this one again in a few seconds.",
            retry_in=earliest - now,
        )
    return AiQuotaReachedError(
        f"This request needs more of your {quota.tokens} tokens of today than are left; send less text, or wait "
        "until midnight UTC.",
        resets_at=next_day(now),
    )


def _highest(figures: Mapping[Role, int], roles: frozenset[Role]) -> int:
    return max(figures[role] for role in {*roles, Role.LEARNER} if role in figures)
