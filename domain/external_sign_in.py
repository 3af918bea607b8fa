"""Signing in with an identity that a provider vouches for: the flow, and whose account it opens."""

import hashlib
import re
import unicodedata
from base64 import urlsafe_b64encode
from datetime import datetime

from domain import audit, letters, mails, registering, sessions, throttles
from domain.audit import AuditAction, Origin
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.external_identities import (
    FLOW_LIFETIME,
    Challenge,
    CodeExchange,
    EmailNotVerifiedError,
    Flow,
    InvalidFlowError,
    LinkRequiredError,
    NotOfferedError,
    ProvenIdentity,
    Provider,
)
from domain.holders import Holder
from domain.identity import checked_email
from domain.ids import Mint, UserId
from domain.throttles import FLOWS_FROM
from domain.users import NewUser, Role
from domain.work import Work

_LONGEST_NAME = 60
_LONGEST_BASE = 20
_SHORTEST_HANDLE = 3
_SUFFIXES = 4


@entity
class Begun:
    """A flow that was begun: what is stored of it, what the page is opened with, and the device's secret."""

    flow: Flow
    challenge: Challenge
    secret: str


def offered(provider: Provider | None) -> Provider:
    """Return the provider; raises NotOfferedError where none is set up."""
    if provider is None:
        raise NotOfferedError("Signing in with Google is not set up here; sign in with a password.")
    return provider


def begin(provider: Provider, *, redirect_uri: str, mint: Mint, now: datetime, secret: bytes) -> Begun:
    """Make a flow; raises InvalidInputError for an address that is not one of the agreed ones, as it is."""
    if redirect_uri not in provider.redirect_uris:
        raise InvalidInputError(
            "redirectUri is none of the addresses that the platform agreed on.", field="redirectUri"
        )
    state = sessions.first_token("state", mint, secret)
    device = sessions.first_token("flow", mint, secret)
    verifier = _verifier(device, secret)
    digest = hashlib.sha256(verifier.encode()).digest()
    flow = Flow(
        state_digest=sessions.digest(state),
        secret_digest=sessions.digest(device),
        redirect_uri=redirect_uri,
        expires_at=now + FLOW_LIFETIME,
    )
    challenge = Challenge(
        redirect_uri=redirect_uri,
        state=state,
        nonce=_nonce(device, secret),
        code_challenge=urlsafe_b64encode(digest).decode().rstrip("="),
    )
    return Begun(flow=flow, challenge=challenge, secret=device)


async def store(work: Work, begun: Begun, *, address: str | None, now: datetime, secret: bytes) -> None:
    """Count and keep a flow; raises TooManyAttemptsError."""
    await throttles.attempt_from(work.throttles, FLOWS_FROM, address, secret=secret, now=now)
    await work.external_identities.begin(begun.flow)


async def finish(
    work: Work, *, code: str, state: str, device: str, now: datetime, secret: bytes
) -> CodeExchange:
    """Spend a flow; raises InvalidFlowError. Commit it before the provider is asked: a state works once."""
    flow = await work.external_identities.finish(
        state_digest=sessions.digest(state), secret_digest=sessions.digest(device), now=now
    )
    if flow is None:
        raise InvalidFlowError("This sign-in was not begun here, or is over; begin again.", field="state")
    return CodeExchange(
        code=code,
        redirect_uri=flow.redirect_uri,
        code_verifier=_verifier(device, secret),
        nonce=_nonce(device, secret),
    )


async def account_of(
    work: Work, proven: ProvenIdentity, *, provider: str, origin: Origin, mint: Mint, now: datetime
) -> UserId:
    """Return whose account an identity opens: the linked one, the one with its address, or a new one.

    An address links only where the provider vouches for it and the account has proven it, else whoever registered
    somebody else's address would share their account. Raises EmailNotVerifiedError, LinkRequiredError or
    IdentityTakenError.
    """
    known = await work.external_identities.user_of(proven.issuer, proven.subject)
    if known is not None:
        return known
    if proven.email is None or not proven.email_verified:
        raise EmailNotVerifiedError(
            f"{provider} has not verified your e-mail address; verify it there, or register with a password."
        )
    email = checked_email(proven.email)
    holder = await work.holders.by_email(email)
    if holder is None:
        return await _new_account(work, proven, email, origin=origin, mint=mint, now=now)
    if not holder.email_verified:
        raise LinkRequiredError(
            f"An account has this e-mail address, which it has not proven. Sign in with its password and link "
            f"{provider} in the settings; without the password, set a new one by mail."
        )
    await link(work, holder, proven, provider=provider, origin=origin, mint=mint, now=now)
    return holder.user_id


async def link(
    work: Work,
    holder: Holder,
    proven: ProvenIdentity,
    *,
    provider: str,
    origin: Origin,
    mint: Mint,
    now: datetime,
) -> None:
    """Let an identity open an account and tell its holder; raises IdentityTakenError."""
    await _link(work, holder.user_id, proven, provider=provider, origin=origin, mint=mint, now=now)
    letter = letters.identity_linked(holder.email, handle=holder.handle, provider=provider)
    await mails.post(work.mails, letter, emit=work.emit)


async def _link(
    work: Work,
    user_id: UserId,
    proven: ProvenIdentity,
    *,
    provider: str,
    origin: Origin,
    mint: Mint,
    now: datetime,
) -> None:
    await work.external_identities.link(user_id, issuer=proven.issuer, subject=proven.subject, now=now)
    await audit.record(
        work.audit,
        mint=mint,
        now=now,
        actor_id=user_id,
        action=AuditAction.IDENTITY_LINKED,
        target=user_id,
        origin=origin,
        difference={"provider": provider},
    )


async def _new_account(
    work: Work, proven: ProvenIdentity, email: str, *, origin: Origin, mint: Mint, now: datetime
) -> UserId:
    candidates = handles_for(proven.name, [mint("handle")[-4:].lower() for _ in range(_SUFFIXES)])
    handle = await work.holders.free_handle(candidates) or candidates[-1]
    new = NewUser(
        id=UserId(mint("user")),
        handle=handle,
        display_name=_shown(proven.name) or handle,
        email=email,
        password_hash=None,
        time_zone="UTC",
        roles=[Role.LEARNER],
        joined_at=now,
    )
    user = await registering.add(work, new=new, origin=origin, mint=mint, now=now)
    await work.holders.set_verified_email(user.id, email)
    await work.external_identities.link(user.id, issuer=proven.issuer, subject=proven.subject, now=now)
    return user.id


def handles_for(name: str, suffixes: list[str]) -> list[str]:
    """Return handles made from a name, the plain one first, the others with a suffix each."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LONGEST_BASE].strip("_")
    if len(base) < _SHORTEST_HANDLE:
        base = "learner"
    return [base, *(f"{base}_{suffix}" for suffix in suffixes)]


def _shown(name: str) -> str:
    """Return the name as one line without control characters, at most 60 characters."""
    kept = "".join(
        " " if unicodedata.category(c)[0] == "C" else c for c in unicodedata.normalize("NFC", name)
    )
    return " ".join(kept.split())[:_LONGEST_NAME].strip()


def _verifier(device: str, secret: bytes) -> str:
    """Derive PKCE's verifier from the device's secret, so that it is stored nowhere."""
    return sessions.successor(f"verifier {device}", secret)


def _nonce(device: str, secret: bytes) -> str:
    return sessions.successor(f"nonce {device}", secret)
