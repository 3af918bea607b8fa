"""Suppressions: addresses that get no more mails, because a mail bounced, a reader complained, or an operator said so.

Which mails a suppression stops depends on its reason:

- a complaint stops the mails that readers subscribe to; those about the account still come, because a reader who
  called a newsletter spam wants to hear of a new sign-in, and to set a new password;
- a hard bounce stops those about the account as well, which would bounce again; a mail that the reader has just asked
  for is sent nevertheless, because a mailbox may exist again, and otherwise its owner could never sign in;
- an operator's suppression stops every mail: it is for people whose address somebody else keeps giving to us.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Protocol

from domain.entities import entity
from domain.ids import SuppressionId
from domain.mail.mail_keys import MailKeys
from domain.mail.mails import MailKind
from domain.paging import Page, Window


class SuppressionReason(Enum):
    """Why an address gets no more mails."""

    HARD_BOUNCE = "HARD_BOUNCE"
    COMPLAINT = "COMPLAINT"
    MANUAL = "MANUAL"


@entity
class Suppression:
    """A reason to send no mails to an address, of which only a digest is stored; `note` is what an operator wrote."""

    id: SuppressionId
    reason: SuppressionReason
    since: datetime
    note: str | None


@entity
class NewSuppression:
    """A suppression about to be stored."""

    id: SuppressionId
    address_digest: str
    reason: SuppressionReason
    since: datetime
    note: str | None = None


@entity
class SuppressionFilter:
    """A filter of suppressions; None leaves a condition out. `digests` are those of one address."""

    reason: SuppressionReason | None = None
    digests: Sequence[str] | None = None


class Suppressions(Protocol):
    """Suppressions; an address has at most one for each reason."""

    async def add(self, new: NewSuppression) -> bool:
        """Store a suppression; False if the address has one for this reason."""

    async def of_address(self, digests: Sequence[str]) -> list[Suppression]:
        """Return the suppressions of the address with any of these digests, oldest first."""

    async def page(self, asked: SuppressionFilter, window: Window) -> Page[Suppression]:
        """Return a page of suppressions, newest first."""

    async def by_ids(self, ids: list[SuppressionId]) -> list[Suppression | None]:
        """Return one slot per id, in their order."""

    async def remove(self, suppression_id: SuppressionId) -> Suppression | None:
        """Remove a suppression and return it; None if there is none."""

    async def remove_of(
        self, digests: Sequence[str], reasons: frozenset[SuppressionReason]
    ) -> list[Suppression]:
        """Remove the suppressions of an address for any of these reasons, and return them."""


REQUESTED = frozenset({MailKind.VERIFY_EMAIL, MailKind.RESET_PASSWORD, MailKind.CONFIRM_EMAIL})
"""Mails that somebody has just asked for, and waits for."""
SUBSCRIBED = frozenset({MailKind.WEEKLY_DIGEST, MailKind.CAMPAIGN})
"""Mails that readers subscribe to, and may end."""
OF_OTHERS = frozenset({MailKind.ROADMAP_INVITATION})
"""Mails that another user causes; a complaint ends them, as nothing else would."""
LIFTED_BY_CONFIRMING = frozenset({SuppressionReason.HARD_BOUNCE, SuppressionReason.COMPLAINT})
"""What a reader lifts by confirming the address: mails arrive there, and the reader wants them."""
LIFTED_BY_ARRIVING = frozenset({SuppressionReason.HARD_BOUNCE})
"""What ends when a mail has arrived that was not about getting mails."""
_PASSES: dict[SuppressionReason, frozenset[MailKind]] = {
    SuppressionReason.COMPLAINT: frozenset(MailKind) - SUBSCRIBED - OF_OTHERS,
    SuppressionReason.HARD_BOUNCE: REQUESTED,
    SuppressionReason.MANUAL: frozenset(),
}


async def add_once(store: Suppressions, keys: MailKeys, address: str, new: NewSuppression) -> bool:
    """Store a suppression unless the address has one for this reason, under whichever key; tell whether it is new."""
    found = await store.of_address(keys.digests(address))
    return new.reason not in {each.reason for each in found} and await store.add(new)


def stopped_by(kind: MailKind, suppressions: Sequence[Suppression]) -> SuppressionReason | None:
    """Return the first reason for which a mail of this kind is not sent, or None."""
    reasons = (suppression.reason for suppression in suppressions)
    return next((reason for reason in reasons if kind not in _PASSES[reason]), None)
