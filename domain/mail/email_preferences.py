"""E-mail preferences: which mails a user wants that do not report an event of the account; none by default.

Consent to marketing has a moment of its own, and ends with a link in each such mail or in the settings.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.edits import UNCHANGED, Edit, mandatory
from domain.entities import entity
from domain.errors import NotFoundError
from domain.ids import UserId
from domain.mail.work import MailWork
from domain.refusals import all_at_once

PATH = "/unsubscribe/weekly-digest"
"""Where the links that end the weekly digest lead, on this gateway."""
MARKETING_PATH = "/unsubscribe/marketing"
"""Where the links that withdraw the consent to marketing lead."""


@entity
class EmailPreferences:
    """Which mails a user has asked for; with `click_counting` they consent that we count clicks on links in these.

    `marketing_changed_at` is when they last consented to marketing or withdrew.
    """

    user_id: UserId
    weekly_digest: bool
    click_counting: bool = False
    marketing: bool = False
    marketing_changed_at: datetime | None = None


class StoredPreferences(Protocol):
    """The preferences of all users."""

    async def lock(self, user_id: UserId) -> EmailPreferences | None:
        """Return a user's preferences, and lock the user until the transaction ends; None for an anonymised user."""

    async def of_user(self, user_id: UserId) -> EmailPreferences:
        """Return a user's preferences; those of a user who has set none."""

    async def counts_clicks(self, address: str) -> bool:
        """Tell whether the user with an address consents that clicks are counted."""

    async def save(self, preferences: EmailPreferences, *, now: datetime) -> None:
        """Store a user's preferences."""


class PreferencesWork(MailWork, Protocol):
    """The stores that verbs of preferences may use."""

    @property
    def email_preferences(self) -> StoredPreferences:
        """E-mail preferences."""


async def update(
    work: PreferencesWork,
    act: Act,
    *,
    weekly_digest: Edit[bool | None] = UNCHANGED,
    click_counting: Edit[bool | None] = UNCHANGED,
    marketing: Edit[bool | None] = UNCHANGED,
) -> EmailPreferences:
    """Change the caller's preferences that were sent, and no others; raises InvalidInputErrors, all at once."""
    return await _change(
        work,
        act,
        act.user_id,
        weekly_digest=weekly_digest,
        click_counting=click_counting,
        marketing=marketing,
    )


async def unsubscribe(work: PreferencesWork, act: Act, user_id: UserId) -> None:
    """End the weekly digest for the reader of a signed link; nothing changes if it has ended or the user is gone."""
    try:
        await _change(work, act, user_id, weekly_digest=False)
    except NotFoundError:
        return


async def withdraw_marketing(work: PreferencesWork, act: Act, user_id: UserId) -> bool:
    """Withdraw the consent to marketing of the reader of a signed link; tells whether there was one."""
    before = await work.email_preferences.lock(user_id)
    if before is None or not before.marketing:
        return False
    await _change(work, act, user_id, marketing=False)
    return True


async def _change(
    work: PreferencesWork,
    act: Act,
    user_id: UserId,
    *,
    weekly_digest: Edit[bool | None] = UNCHANGED,
    marketing: Edit[bool | None] = UNCHANGED,
    click_counting: Edit[bool | None] = UNCHANGED,
) -> EmailPreferences:
    before = await work.email_preferences.lock(user_id)
    if before is None:
        raise NotFoundError("There is no such user.")
    with all_at_once() as each:
        with each:
            digest = mandatory(weekly_digest, before.weekly_digest, field="weeklyDigest")
        with each:
            counting = mandatory(click_counting, before.click_counting, field="clickCounting")
        with each:
            consents = mandatory(marketing, before.marketing, field="marketing")
    after = replace(before, weekly_digest=digest, click_counting=counting, marketing=consents)
    if after == before:
        return after
    if consents != before.marketing:
        after = replace(after, marketing_changed_at=act.now)
    await work.email_preferences.save(after, now=act.now)
    difference: dict[str, str | None] = {
        name: str(getattr(after, name)).lower()
        for name in ("weekly_digest", "click_counting", "marketing")
        if getattr(after, name) != getattr(before, name)
    }
    await audit.record(
        work.audit, act, AuditAction.EMAIL_PREFERENCES_CHANGED, target=user_id, difference=difference
    )
    return after


def unsubscribe_path(user_id: UserId, *, secret: bytes) -> str:
    """Return the path of the link that ends the weekly digest; it does not expire."""
    return f"{PATH}/{user_id}?signature={_signature(user_id, secret)}"


def marketing_path(user_id: UserId, source: str, *, secret: bytes) -> str:
    """Return the path of the link that ends marketing; `source` is the id of what was sent. It does not expire."""
    signature = _signature(user_id, secret, "marketing", source)
    return f"{MARKETING_PATH}/{user_id}/{source}?signature={signature}"


def is_signed(user_id: str, signature: str, *, secrets: Sequence[bytes], source: str | None = None) -> bool:
    """Tell whether a link was signed with any of the secrets; with a `source` it is one that ends marketing."""
    what = ("weekly digest",) if source is None else ("marketing", source)
    expected = [_signature(user_id, secret, *what) for secret in secrets]
    return any(hmac.compare_digest(one.encode(), signature.encode()) for one in expected)


def _signature(user_id: str, secret: bytes, what: str = "weekly digest", *more: str) -> str:
    signed = "\0".join((f"unsubscribe {what}", user_id, *more))
    return hmac.new(secret, signed.encode(), hashlib.sha256).hexdigest()
