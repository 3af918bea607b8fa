"""External accounts: the account that a verified identity signs in to, linked or new."""

import re
import unicodedata

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.accounts.email_addresses import checked_email
from domain.accounts.users import NewUser, Role
from domain.acts import Act
from domain.authentication import registration
from domain.authentication.credentials import Credentials
from domain.authentication.external_identities import (
    EmailNotVerifiedError,
    LinkRequiredError,
    VerifiedIdentity,
)
from domain.authentication.ports import AuthenticationPorts
from domain.authentication.work import AuthenticationWork
from domain.feature_flags.flag_table import REGISTRATION
from domain.feature_flags.flags import Flags
from domain.ids import UserId
from domain.mail import messages, outbox
from domain.mail.messages import Recipient

_LONGEST_NAME = 60
_LONGEST_BASE = 20
_SHORTEST_HANDLE = 3
_SUFFIXES = 4


async def account_of(
    work: AuthenticationWork,
    act: Act,
    ports: AuthenticationPorts,
    identity: VerifiedIdentity,
    *,
    provider: str,
    flags: Flags,
) -> UserId:
    """Return the account that an identity signs in to: the linked one, the one with its address, or a new one.

    An address links only if the provider vouches for it and the account has verified it. Otherwise an attacker who
    registered with a stranger's address would share the stranger's account. Raises EmailNotVerifiedError,
    LinkRequiredError, IdentityTakenError, or FeatureOffError where no new accounts are made.
    """
    linked = await work.external_identities.user_of(identity.issuer, identity.subject)
    if linked is not None:
        return linked
    if identity.email is None or not identity.email_verified:
        raise EmailNotVerifiedError(
            f"{provider} has not verified your e-mail address; verify it there, or register with a password."
        )
    email = checked_email(identity.email)
    owner = await work.credentials.by_email(email)
    if owner is None:
        flags.require(REGISTRATION)
        return await _new_account(work, act, identity, email)
    if not owner.email_verified:
        raise LinkRequiredError(
            f"An account has this e-mail address, but has not verified it. Sign in with its password and link "
            f"{provider} in the settings; without the password, set a new one by mail."
        )
    await link(work, act, ports, owner, identity, provider=provider)
    return owner.user_id


async def link(
    work: AuthenticationWork,
    act: Act,
    ports: AuthenticationPorts,
    owner: Credentials,
    identity: VerifiedIdentity,
    *,
    provider: str,
) -> None:
    """Link an identity to an account and report it by mail; raises IdentityTakenError."""
    user_id = owner.user_id
    await work.external_identities.link(
        user_id, issuer=identity.issuer, subject=identity.subject, now=act.now
    )
    await audit.record(
        work.audit,
        act.by(user_id),
        AuditAction.IDENTITY_LINKED,
        target=user_id,
        difference={"provider": provider},
    )
    recipient = Recipient(email=owner.email, handle=owner.handle, public_url=ports.public_url)
    await outbox.post(work, act, messages.identity_linked(recipient, provider=provider))


async def _new_account(work: AuthenticationWork, act: Act, identity: VerifiedIdentity, email: str) -> UserId:
    candidates = handles_for(identity.name, [act.mint("handle")[-4:].lower() for _ in range(_SUFFIXES)])
    handle = await work.credentials.free_handle(candidates) or candidates[-1]
    new = NewUser(
        id=UserId(act.mint("user")),
        handle=handle,
        display_name=_display_name(identity.name) or handle,
        email=email,
        password_hash=None,
        time_zone="UTC",
        roles=[Role.LEARNER],
        joined_at=act.now,
    )
    user = await registration.add(work, act, new)
    await work.credentials.set_verified_email(user.id, email)
    await work.external_identities.link(
        user.id, issuer=identity.issuer, subject=identity.subject, now=act.now
    )
    return user.id


def handles_for(name: str, suffixes: list[str]) -> list[str]:
    """Return candidates for a handle, made from a name: the plain one first, then one with each suffix."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LONGEST_BASE].strip("_")
    if len(base) < _SHORTEST_HANDLE:
        base = "learner"
    return [base, *(f"{base}_{suffix}" for suffix in suffixes)]


def _display_name(name: str) -> str:
    """Return the name as one line without control characters, at most 60 characters."""
    kept = "".join(
        " " if unicodedata.category(c)[0] == "C" else c for c in unicodedata.normalize("NFC", name)
    )
    return " ".join(kept.split())[:_LONGEST_NAME].strip()
