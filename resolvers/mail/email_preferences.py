"""Resolvers of e-mail preferences."""

from domain.edits import UNCHANGED, Edit
from domain.mail import email_preferences
from domain.mail.email_preferences import EmailPreferences
from resolvers.context import Context


async def viewer_preferences(context: Context) -> EmailPreferences:
    """Return which mails the caller has asked for."""
    async with context.open_reads() as reads:
        return await reads.email_preferences.of_user(context.user_id)


async def update_email_preferences(
    context: Context,
    *,
    weekly_digest: Edit[bool | None] = UNCHANGED,
    marketing: Edit[bool | None] = UNCHANGED,
    click_counting: Edit[bool | None] = UNCHANGED,
) -> EmailPreferences:
    """Change which mails the caller gets."""
    async with context.open_work() as work:
        return await email_preferences.update(
            work,
            context.act(),
            weekly_digest=weekly_digest,
            click_counting=click_counting,
            marketing=marketing,
        )
