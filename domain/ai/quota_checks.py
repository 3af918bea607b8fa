"""Quota checks: whether a caller has a request left, before a job is made that would only find out later."""

from datetime import UTC, datetime

from domain.ai import quotas
from domain.ai.calls import AiWork
from domain.ai.quotas import AiQuota
from domain.ids import UserId


async def require_request(work: AiWork, caller_id: UserId, quota: AiQuota, *, now: datetime) -> None:
    """Raise AiQuotaReachedError where the caller has no request or no token left today; nothing is reserved.

    The call itself reserves, so of several who pass this check at once no more than the quota are answered.
    """
    budget = await work.ai_calls.budget(caller_id)
    is_of_today = budget is not None and budget.day >= now.astimezone(UTC).date()
    requests, tokens = (budget.requests, budget.tokens) if is_of_today and budget else (0, 0)
    if requests >= quota.requests or tokens >= quota.tokens:
        raise quotas.refusal(budget, quota, now=now)
