"""Calls: what became of each request to a language model, without a word of the prompt or the answer."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Protocol

from domain.ai import quotas
from domain.ai.errors import CallerGoneError
from domain.ai.quotas import AiBudget, AiQuota
from domain.ai.requests import Purpose
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.ids import AiCallId, UserId
from domain.paging import Page, Window
from domain.unit_of_work import UnitOfWork

KEPT = timedelta(days=90)
"""How long a call is kept."""
LOST_AFTER = timedelta(hours=1)
"""A call that runs for so long has lost its process; no request takes so long."""


class AiCallStatus(Enum):
    """What became of a call."""

    RUNNING = "RUNNING"
    ANSWERED = "ANSWERED"
    REFUSED = "REFUSED"
    UNAVAILABLE = "UNAVAILABLE"
    CANCELLED = "CANCELLED"
    LOST = "LOST"


@entity
class AiCall:
    """A call.

    While it runs, the tokens and the cost (millionths of a dollar) are estimates, and the model is the first that is
    asked. `attempts` counts the requests to providers. `latency_ms` is None until it has ended. The caller is None once
    the account is deleted.
    """

    id: AiCallId
    caller_id: UserId | None
    purpose: Purpose
    prompt: str
    prompt_version: int
    model: str
    provider: str
    status: AiCallStatus
    attempts: int
    tokens_in: int
    tokens_out: int
    cost: int
    latency_ms: int | None
    started_at: datetime


@entity
class AiCallFilter:
    """Which calls a list has; None does not filter."""

    caller_id: UserId | None = None
    purpose: Purpose | None = None
    status: AiCallStatus | None = None
    model: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@entity
class AiUsage:
    """What a caller has used today, in UTC, and what the day has for them."""

    requests: int
    request_limit: int
    tokens: int
    token_limit: int
    resets_at: datetime


class AiCalls(Protocol):
    """The calls, and the budgets of their callers."""

    async def reserve(self, call: AiCall, quota: AiQuota) -> bool:
        """Store a call that runs and take its tokens, cost and request; False, and nothing changed, without room."""

    async def has_caller(self, caller_id: UserId) -> bool:
        """Return whether the account of a caller is there, and was not erased."""

    async def budget(self, caller_id: UserId) -> AiBudget | None:
        """Return what a caller has used on the day of the last request."""

    async def settle(self, ended: AiCall, *, reserved: AiCall, is_counted: bool) -> bool:
        """Store how a running call ended, and give back what was reserved too much; False if it does not run."""

    async def by_ids(self, ids: Sequence[AiCallId]) -> list[AiCall | None]:
        """Return one slot per id, in their order."""

    async def page(self, asked: AiCallFilter, window: Window) -> Page[AiCall]:
        """Return calls, newest first."""

    async def end_lost(self, *, before: datetime) -> None:
        """Mark calls as lost that run since before."""

    async def forget(self, *, before: datetime) -> None:
        """Remove calls that began before, but for running ones."""


class AiWork(UnitOfWork, Protocol):
    """The stores that verbs about language models may use."""

    @property
    def ai_calls(self) -> AiCalls:
        """The calls."""


async def reserve(work: AiWork, call: AiCall, quota: AiQuota) -> None:
    """Reserve what a call may use; raises AiQuotaReachedError, AiPaceReachedError or CallerGoneError.

    Then nothing is changed.
    """
    assert call.caller_id is not None  # noqa: S101 - only a deleted account has none
    if await work.ai_calls.reserve(call, quota):
        return
    if not await work.ai_calls.has_caller(call.caller_id):
        raise CallerGoneError("The account was deleted; nothing is asked for it.")
    raise quotas.refusal(await work.ai_calls.budget(call.caller_id), quota, now=call.started_at)


async def settle(work: AiWork, ended: AiCall, *, reserved: AiCall) -> bool:
    """Store how a call ended; one that no provider answered and that spent nothing does not count as a request.

    Return False if the call ended before, as lost or with the account.
    """
    spent = ended.tokens_in + ended.tokens_out
    is_counted = ended.status is not AiCallStatus.UNAVAILABLE or spent > 0
    return await work.ai_calls.settle(ended, reserved=reserved, is_counted=is_counted)


async def usage(work: AiWork, caller_id: UserId, quota: AiQuota, *, now: datetime) -> AiUsage:
    """Return what a caller has used today."""
    budget = await work.ai_calls.budget(caller_id)
    is_of_today = budget is not None and budget.day >= now.astimezone(UTC).date()
    return AiUsage(
        requests=budget.requests if is_of_today and budget else 0,
        request_limit=quota.requests,
        tokens=budget.tokens if is_of_today and budget else 0,
        token_limit=quota.tokens,
        resets_at=quotas.next_day(now),
    )


def checked_filter(asked: AiCallFilter) -> AiCallFilter:
    """Return a filter that can find something; raises InvalidInputError."""
    if asked.since is not None and asked.until is not None and asked.since >= asked.until:
        raise InvalidInputError("until must be later than since.", field="until")
    return asked


async def tidy(work: AiWork, *, now: datetime) -> None:
    """Mark calls of processes that died, and remove old ones."""
    await work.ai_calls.end_lost(before=now - LOST_AFTER)
    await work.ai_calls.forget(before=now - KEPT)
