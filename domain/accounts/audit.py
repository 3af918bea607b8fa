"""Audit log: who did what to whom, when and from where; entries are added and never changed."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Protocol

from domain import ids
from domain.acts import Act
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.ids import AuditEntryId, SessionId, UserId
from domain.paging import Page, Window
from domain.refusals import all_at_once

LONGEST_TARGET = 100
_LONGEST_DETAIL = 500


class AuditAction(Enum):
    """The kinds of acts that the log records."""

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
    EMAIL_PREFERENCES_CHANGED = "EMAIL_PREFERENCES_CHANGED"
    ADDRESS_SUPPRESSED = "ADDRESS_SUPPRESSED"
    SUPPRESSION_LIFTED = "SUPPRESSION_LIFTED"
    XP_SETTLED = "XP_SETTLED"
    XP_REVERSED = "XP_REVERSED"
    TIME_MULTIPLIER_SET = "TIME_MULTIPLIER_SET"
    JOB_STARTED = "JOB_STARTED"
    JOB_CANCELLED = "JOB_CANCELLED"
    JOB_RETRIED = "JOB_RETRIED"
    JOB_DISCARDED = "JOB_DISCARDED"
    QUEUE_PAUSED = "QUEUE_PAUSED"
    QUEUE_RESUMED = "QUEUE_RESUMED"
    WORKFLOW_TEMPLATE_SAVED = "WORKFLOW_TEMPLATE_SAVED"
    WORKFLOW_STARTED = "WORKFLOW_STARTED"
    WORKFLOW_PAUSED = "WORKFLOW_PAUSED"
    WORKFLOW_RESUMED = "WORKFLOW_RESUMED"
    WORKFLOW_CANCELLED = "WORKFLOW_CANCELLED"
    WORKFLOW_STEP_RETRIED = "WORKFLOW_STEP_RETRIED"
    WORKFLOW_STEP_SKIPPED = "WORKFLOW_STEP_SKIPPED"
    FEATURE_FLAG_SET = "FEATURE_FLAG_SET"
    FEATURE_FLAG_RESET = "FEATURE_FLAG_RESET"
    WEBHOOK_CREATED = "WEBHOOK_CREATED"
    WEBHOOK_CHANGED = "WEBHOOK_CHANGED"
    WEBHOOK_SECRET_ROTATED = "WEBHOOK_SECRET_ROTATED"
    WEBHOOK_DELETED = "WEBHOOK_DELETED"
    WEBHOOK_DISABLED = "WEBHOOK_DISABLED"
    WEBHOOK_REPLAYED = "WEBHOOK_REPLAYED"
    WEBHOOK_TESTED = "WEBHOOK_TESTED"
    EMAIL_TEMPLATE_CREATED = "EMAIL_TEMPLATE_CREATED"
    EMAIL_TEMPLATE_UPDATED = "EMAIL_TEMPLATE_UPDATED"
    EMAIL_TEMPLATE_DELETED = "EMAIL_TEMPLATE_DELETED"
    SEGMENT_CREATED = "SEGMENT_CREATED"
    SEGMENT_UPDATED = "SEGMENT_UPDATED"
    SEGMENT_DELETED = "SEGMENT_DELETED"
    CAMPAIGN_CREATED = "CAMPAIGN_CREATED"
    CAMPAIGN_UPDATED = "CAMPAIGN_UPDATED"
    CAMPAIGN_SCHEDULED = "CAMPAIGN_SCHEDULED"
    CAMPAIGN_UNSCHEDULED = "CAMPAIGN_UNSCHEDULED"
    CAMPAIGN_STARTED = "CAMPAIGN_STARTED"
    CAMPAIGN_TESTED = "CAMPAIGN_TESTED"
    CAMPAIGN_PAUSED = "CAMPAIGN_PAUSED"
    CAMPAIGN_RESUMED = "CAMPAIGN_RESUMED"
    CAMPAIGN_CANCELLED = "CAMPAIGN_CANCELLED"
    ROADMAP_ARCHIVED = "ROADMAP_ARCHIVED"
    ROADMAP_RESTORED = "ROADMAP_RESTORED"
    SHARE_LINK_CREATED = "SHARE_LINK_CREATED"
    SHARE_LINK_REVOKED = "SHARE_LINK_REVOKED"
    COLLABORATOR_INVITED = "COLLABORATOR_INVITED"
    COLLABORATOR_REMOVED = "COLLABORATOR_REMOVED"
    ROADMAP_VISIBILITY_CHANGED = "ROADMAP_VISIBILITY_CHANGED"
    QUIZ_WITHDRAWN = "QUIZ_WITHDRAWN"
    QUIZ_RESTORED = "QUIZ_RESTORED"
    QUIZ_EXPORTED = "QUIZ_EXPORTED"
    ROADMAP_EXPORTED = "ROADMAP_EXPORTED"
    QUESTION_REPORTS_RESOLVED = "QUESTION_REPORTS_RESOLVED"
    QUESTION_REPORTS_DISMISSED = "QUESTION_REPORTS_DISMISSED"
    QUESTION_SUSPENDED = "QUESTION_SUSPENDED"
    QUESTION_RESUMED = "QUESTION_RESUMED"
    QUESTION_REVIEWED = "QUESTION_REVIEWED"
    REGRADE_STARTED = "REGRADE_STARTED"
    CERTIFICATE_REVOKED = "CERTIFICATE_REVOKED"


@entity
class AuditDetail:
    """One part of the difference that an act made; `value` is None for what is empty afterwards."""

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
    """A filter of entries; None leaves a condition out, `since` is inclusive and `until` exclusive."""

    actor_id: UserId | None = None
    action: AuditAction | None = None
    target: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Audit(Protocol):
    """The log; the database itself refuses to change or remove an entry."""

    async def add(self, entry: NewAuditEntry) -> None:
        """Store an entry."""

    async def add_all(self, entries: list[NewAuditEntry]) -> None:
        """Store entries of one act, in one statement."""

    async def page(self, asked: AuditFilter, window: Window) -> Page[AuditEntry]:
        """Return the entries that pass the filter, newest first."""

    async def page_of(self, user_id: UserId, window: Window) -> Page[AuditEntry]:
        """Return what the user did and what was done to them, newest first.

        Where another user was the actor, address and session are left out: they are that user's.
        """

    async def by_ids_of(self, user_id: UserId, ids: list[AuditEntryId]) -> list[AuditEntry | None]:
        """Return those of `page_of` among these, one slot per id, in their order."""

    async def forget(self, user_id: UserId) -> None:
        """Remove the addresses from the user's acts, and the differences from acts on the user."""


async def record(
    audit: Audit,
    act: Act,
    action: AuditAction,
    *,
    target: str,
    difference: Mapping[str, str | None] | None = None,
) -> None:
    """Store an entry in the transaction of the act; the platform itself has no actor id.

    A difference never contains a secret or a whole e-mail address; its values are cut to 500 characters.
    """
    await audit.add(_entry(act, action, target, difference or {}))


async def record_all(
    audit: Audit, act: Act, action: AuditAction, *, differences: Mapping[str, Mapping[str, str | None]]
) -> None:
    """Do what `record` does for an act on several targets, each with its difference, in one statement."""
    await audit.add_all([_entry(act, action, target, each) for target, each in differences.items()])


def _entry(act: Act, action: AuditAction, target: str, difference: Mapping[str, str | None]) -> NewAuditEntry:
    return NewAuditEntry(
        id=AuditEntryId(act.mint("audit")),
        actor_id=act.actor_id,
        action=action,
        target=target,
        difference={name: value and value[:_LONGEST_DETAIL] for name, value in difference.items()},
        address=act.origin.address,
        session_id=act.origin.session_id,
        happened_at=act.now,
    )


def checked_filter(asked: AuditFilter) -> AuditFilter:
    """Return the filter if it can match; raises InvalidInputErrors that name the arguments, all at once."""
    with all_at_once() as each:
        with each:
            if asked.target is not None and not 0 < len(asked.target) <= LONGEST_TARGET:
                raise InvalidInputError(f"target must have 1 to {LONGEST_TARGET} characters.", field="target")
        _check_span(asked)
    return asked


def _check_span(asked: AuditFilter) -> None:
    if asked.since is not None and asked.until is not None and asked.until <= asked.since:
        raise InvalidInputError("until must be later than since.", field="until")


def bounds(asked: AuditFilter) -> tuple[str, str]:
    """Return the lowest id of the filter's entries and the exclusive highest; byte order is time order."""
    prefix = ids.PREFIXES[AuditEntryId]
    lowest = f"{prefix}_" if asked.since is None else first_id_at(asked.since)
    return lowest, f"{prefix}_~" if asked.until is None else first_id_at(asked.until)


def first_id_at(moment: datetime) -> str:
    """Return the smallest id that can be minted at `moment`; a moment before 1970 counts as 1970."""
    milliseconds = max(0, int(moment.timestamp() * 1_000))
    return ids.compose(ids.PREFIXES[AuditEntryId], milliseconds=milliseconds, randomness=bytes(10))
