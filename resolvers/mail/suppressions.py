"""Resolvers of suppressions: what operators see and change, and what readers see of their own address."""

from domain.accounts import roles
from domain.accounts.users import Role
from domain.ids import SuppressionId
from domain.mail import suppression_administration
from domain.mail.email_preferences import EmailPreferences
from domain.mail.suppressions import Suppression, SuppressionReason
from domain.paging import Page, Window
from resolvers.batches import Rows, batch
from resolvers.context import Context
from resolvers.jobs.loaders import OPERATORS


@batch(Rows.VIEWER)
async def suppressions_by_id(context: Context, ids: list[SuppressionId]) -> list[Suppression | None]:
    """Load suppressions for operators."""
    if context.viewer is None or OPERATORS.isdisjoint(context.viewer.roles):
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.suppressions.by_ids(ids)


async def suppressions(
    context: Context, *, window: Window, reason: SuppressionReason | None = None, email: str | None = None
) -> Page[Suppression]:
    """Return a page of all suppressions for an operator, newest first."""
    asked = suppression_administration.checked_filter(context.ports.mail_keys, reason=reason, email=email)
    async with context.open_reads() as reads:
        await roles.require(reads.roles, user_id=context.user_id, role=Role.OPERATOR, now=context.now())
        return await reads.suppressions.page(asked, window)


async def suppress_address(context: Context, *, email: str, reason: str) -> Suppression:
    """Stop every mail to an address."""
    async with context.open_work() as work:
        return await suppression_administration.suppress(
            work, context.act(), context.ports.mail_keys, email=email, reason=reason
        )


async def lift_suppression(context: Context, *, id: SuppressionId, reason: str) -> Suppression:
    """Let an address get mails again."""
    async with context.open_work() as work:
        return await suppression_administration.lift(work, context.act(), id, reason=reason)


async def own_suppressions(preferences: EmailPreferences, context: Context) -> list[Suppression]:
    """Return why mails to the address of a user are stopped, oldest first."""
    async with context.open_reads() as reads:
        own = await reads.credentials.by_id(preferences.user_id)
        digests = [] if own is None else context.ports.mail_keys.digests(own.email)
        return await reads.suppressions.of_address(digests)
