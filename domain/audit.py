"""The audit log: who did what to whom, when and from where; entries are added and never changed."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Protocol

from domain import ids
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.ids import AuditEntryId, Mint, SessionId, UserId
from domain.paging import Page, Window

LONGEST_TARGET = 100
_LONGEST_DETAIL = 500


class AuditAction(Enum):
    """What is worth an entry."""

    SIGNED_IN = "SIGNED_IN"
    SIGNED_OUT = "SIGNED_OUT"
    SESSION_REVOKED = "SESSION_REVOKED"
    SESSIONS_REVOKED = "SESSIONS_REVOKED"
    REFRESH_TOKEN_REUSED = "REFRESH_TOKEN_REUSED"
    REGISTERED = "REGISTERED"
    SIGN_IN_FAILED = "SIGN_IN_FAILED"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"
    PASSWORD_RESET_REQUESTED = "PASSWORD_RESET_REQUESTED"
    PASSWORD_RESET = "PASSWORD_RESET"
    EMAIL_VERIFIED = "EMAIL_VERIFIED"
    EMAIL_CHANGED = "EMAIL_CHANGED"
    IDENTITY_LINKED = "IDENTITY_LINKED"
    ROLES_SET = "ROLES_SET"
    USER_SUSPENDED = "USER_SUSPENDED"
    USER_RESTORED = "USER_RESTORED"
    API_KEY_CREATED = "API_KEY_CREATED"
    API_KEY_REVOKED = "API_KEY_REVOKED"
    DATA_EXPORTED = "DATA_EXPORTED"
    DELETION_REQUESTED = "DELETION_REQUESTED"
    DELETION_CANCELLED = "DELETION_CANCELLED"
    ACCOUNT_ANONYMISED = "ACCOUNT_ANONYMISED"
    PRIVACY_CHANGED = "PRIVACY_CHANGED"


@entity
class Origin:
    """Where an act came from: the caller's address, masked already, and the session, where there is one."""

    address: str | None
    session_id: SessionId | None


NOWHERE = Origin(address=None, session_id=None)
"""The origin of what the platform does by itself."""


@entity
class AuditDetail:
    """A part of the difference that an act made; `value` is None for what is empty afterwards."""

    name: str
    value: str | None


@entity
class NewAuditEntry:
    """An entry about to be stored."""

    id: AuditEntryId
    actor_id: UserId | None
    action: AuditAction
    target: str
    difference: dict[str, str | None]
    address: str | None
    session_id: SessionId | None
    happened_at: datetime


@entity
class AuditEntry:
    """An act; `target` is the id of what it was done to, or empty."""

    id: AuditEntryId
    actor_id: UserId | None
    action: AuditAction
    target: str
    difference: list[AuditDetail]
    address: str | None
    session_id: SessionId | None
    happened_at: datetime


@entity
class AuditFilter:
    """Which entries are asked for; None leaves a condition out, `since` is inclusive and `until` is not."""

    actor_id: UserId | None = None
    action: AuditAction | None = None
    target: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Audit(Protocol):
    """The log; the database itself refuses to change or remove an entry."""

    async def add(self, entry: NewAuditEntry) -> None:
        """Store an entry."""

    async def page(self, asked: AuditFilter, window: Window) -> Page[AuditEntry]:
        """Return the entries that pass the filter, newest first."""

    async def page_of(self, user_id: UserId, window: Window) -> Page[AuditEntry]:
        """Return what the user did and what was done to them, newest first.

        Where somebody else was the actor, address and session are left out: those are theirs.
        """

    async def forget(self, user_id: UserId) -> None:
        """Forget the addresses of what the user did, and what the differences of acts on them tell of them."""


async def record(
    audit: Audit,
    *,
    mint: Mint,
    now: datetime,
    actor_id: UserId | None,
    action: AuditAction,
    target: str,
    origin: Origin,
    difference: Mapping[str, str | None] | None = None,
) -> None:
    """Store an entry in the transaction of the act; the platform itself acts as nobody.

    A difference never holds a secret or a whole e-mail address; its values are cut to 500 characters.
    """
    told = {name: value and value[:_LONGEST_DETAIL] for name, value in (difference or {}).items()}
    await audit.add(
        NewAuditEntry(
            id=AuditEntryId(mint("audit")),
            actor_id=actor_id,
            action=action,
            target=target,
            difference=told,
            address=origin.address,
            session_id=origin.session_id,
            happened_at=now,
        )
    )


def checked_filter(asked: AuditFilter) -> AuditFilter:
    """Return the filter when it can match; raises InvalidInputError that names the argument."""
    if asked.target is not None and not 0 < len(asked.target) <= LONGEST_TARGET:
        raise InvalidInputError(f"target must hold 1 to {LONGEST_TARGET} characters.", field="target")
    if asked.since is not None and asked.until is not None and asked.until <= asked.since:
        raise InvalidInputError("until must be later than since.", field="until")
    return asked


def bounds(asked: AuditFilter) -> tuple[str, str]:
    """Return the ids between which the filter's entries lie, the second exclusive; byte order is time order."""
    prefix = ids.PREFIXES[AuditEntryId]
    lowest = f"{prefix}_" if asked.since is None else first_id_at(asked.since)
    return lowest, f"{prefix}_~" if asked.until is None else first_id_at(asked.until)


def first_id_at(moment: datetime) -> str:
    """Return the smallest id that can be minted at `moment`; before 1970 it is that of 1970."""
    milliseconds = max(0, int(moment.timestamp() * 1_000))
    return ids.compose(ids.PREFIXES[AuditEntryId], milliseconds=milliseconds, randomness=bytes(10))
