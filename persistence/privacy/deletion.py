"""Account deletion in Postgres: what is removed, table by table, and what stays because statistics count it."""

from datetime import datetime

from sqlalchemy import ARRAY, Text, and_, any_, bindparam, exists, not_, or_, select, text, update

from domain.ids import SessionId, UserId
from domain.privacy import erasure
from domain.privacy.deletion import ANONYMISED_NAME, Deletion
from domain.workflows.workflows import GOES_ON, WorkflowState
from persistence.database import SqlConnection
from persistence.statements import ID, MOMENT, Statement, by_key
from persistence.tables.accounts.users import users
from persistence.tables.authentication.sessions import sessions
from persistence.tables.workflows.workflows import workflows

REMOVED: dict[str, str] = {
    "sessions": "user_id = :user_id",
    "email_preferences": "user_id = :user_id",
    "one_time_tokens": "user_id = :user_id",
    "external_identities": "user_id = :user_id",
    "api_keys": "user_id = :user_id",
    "exports": "user_id = :user_id",
    "idempotency_receipts": "user_id = :user_id",
    "zone_changes": "user_id = :user_id",
    "time_allowances": "user_id = :user_id",
    "question_imports": "author_id = :user_id",
    "feature_flag_users": "user_id = :user_id",
    "ai_budgets": "user_id = :user_id",
    "webhook_events": "user_id = :user_id",
    "webhook_deliveries": "user_id = :user_id",
    "jobs": "user_id = :user_id AND workflow_id IS NULL",
    "daily_targets": "user_id = :user_id",
    "daily_target_days": "user_id = :user_id",
    "progress_checks": "user_id = :user_id",
    "offline_events": "user_id = :user_id",
    "offline_devices": "user_id = :user_id",
    "bookmarks": "user_id = :user_id",
    "notes": "user_id = :user_id",
    "explore_chats": "user_id = :user_id",
    "generations": "user_id = :user_id",
    "explanations": "user_id = :user_id",
    "content_ratings": "user_id = :user_id",
    "study_answers": "user_id = :user_id",
    "study_sessions": "user_id = :user_id",
    "review_log": "user_id = :user_id",
    "review_cards": "user_id = :user_id",
    "review_settings": "user_id = :user_id",
    "topic_chains": "owner_id = :user_id",
    "share_guests": "user_id = :user_id",
    "thread_guests": "user_id = :user_id",
    "thread_readers": "user_id = :user_id",
    "threads": "owner_id = :user_id",
    "evidence": "user_id = :user_id",
    "quiz_drafts": "author_id = :user_id",
    "collaborators": "user_id = :user_id OR invited_by_id = :user_id AND accepted_at IS NULL",
    "share_links": "roadmap_id IN (SELECT id FROM roadmaps WHERE author_id = :user_id)",
}
"""Tables whose rows of the user are deleted, with the condition; jobs of workflows stay, else these would be stuck."""

BLANKED: dict[str, str] = {
    "campaign_recipients": """
        UPDATE campaign_recipients r SET user_id = NULL, next_run_at = NULL,
            state = CASE WHEN r.state = 'PENDING' THEN 'SKIPPED' ELSE r.state END,
            xp_sessions = (
                SELECT count(DISTINCT x.source_id) FROM xp_entries x
                WHERE x.user_id = r.user_id AND x.reason LIKE 'QUIZ%' AND x.amount > 0 AND x.status <> 'REVERSED'
                    AND x.occurred_at >= coalesce(r.sent_at, m.sent_at)
                    AND x.occurred_at < coalesce(r.sent_at, m.sent_at) + interval '7 days')
        FROM campaign_recipients o LEFT JOIN mails m ON m.id = o.mail_id
        WHERE o.id = r.id AND r.user_id = :user_id""",
    "mails": """
        UPDATE mails SET recipient = '', subject = '', body = '', values = NULL, job_id = NULL,
            given_up_at = CASE WHEN sent_at IS NULL THEN coalesce(given_up_at, :now) ELSE given_up_at END,
            failure = CASE WHEN coalesce(sent_at, given_up_at) IS NULL THEN 'ACCOUNT_DELETED' ELSE failure END
        WHERE recipient = (SELECT email FROM users WHERE id = :user_id)""",
    "users": f"""
        UPDATE users SET handle = :handle, display_name = '{ANONYMISED_NAME}', email = :handle || '@deleted.invalid',
            email_verified = false, password_hash = NULL, avatar_url = NULL, bio = '', roles = '{{LEARNER}}',
            time_zone = 'UTC', day_start_hour = 0, locale = 'en', suspended_reason = NULL, last_sign_in_at = NULL,
            erased_at = :now
        WHERE id = :user_id""",  # noqa: S608 - a constant
    "certificates": """
        UPDATE certificates SET name = '', reason = NULL,
            state = CASE WHEN state = 'VALID' THEN 'WITHDRAWN' ELSE state END, ended_at = coalesce(ended_at, :now),
            ended_by_id = CASE WHEN ended_by_id = :user_id THEN NULL ELSE ended_by_id END
        WHERE user_id = :user_id""",
    "goals": "UPDATE goals SET title = 'Deleted', description = '' WHERE owner_id = :user_id",
    "xp_entries": """
        UPDATE xp_entries SET explanation = '' WHERE user_id = :user_id
        AND reason IN ('GOAL_COMPLETED', 'NODE_COMPLETED')""",
    "activities": "UPDATE activities SET summary = '', time_zone = 'UTC' WHERE user_id = :user_id",
    "attempt_slots": """
        UPDATE attempt_slots SET tie_break = NULL,
            answer = CASE WHEN answer ? 'text' THEN '{"text": ""}' ELSE answer END
        WHERE (answer ? 'text' OR tie_break IS NOT NULL)
        AND attempt_id IN (SELECT id FROM quiz_attempts WHERE user_id = :user_id)""",
    "question_reports": """
        UPDATE question_reports SET reporter_id = NULL, comment = '' WHERE reporter_id = :user_id""",
    "ai_calls": "UPDATE ai_calls SET caller_id = NULL WHERE caller_id = :user_id",
    "question_suspensions": """
        UPDATE question_suspensions SET suspended_by_id = NULL WHERE suspended_by_id = :user_id""",
    "question_provenances": """
        UPDATE question_provenances SET reviewed_by_id = NULL WHERE reviewed_by_id = :user_id""",
    "node_progress": """
        UPDATE node_progress SET tie_break = NULL
        WHERE tie_break IS NOT NULL AND enrolment_id IN (SELECT id FROM enrolments WHERE user_id = :user_id)""",
    "roadmaps": """
        WITH gone AS (
            DELETE FROM roadmaps r WHERE author_id = :user_id AND visibility = 'PRIVATE'
            AND NOT EXISTS (SELECT FROM enrolments e WHERE e.roadmap_id = r.id AND e.user_id <> :user_id)
            RETURNING r.id)
        DELETE FROM node_lineages l USING gone WHERE l.roadmap_id = gone.id
        AND NOT EXISTS (SELECT FROM inherited_lineages i WHERE i.lineage_id = l.id)""",
    "uploads": """
        UPDATE uploads SET filename = '', content_type = NULL, expires_at = least(expires_at, :now)
        WHERE owner_id = :user_id""",  # the row stays until the file is removed
    "printouts": """
        UPDATE printouts SET title = '', file_name = '', failure = NULL, expires_at = least(expires_at, :now)
        WHERE user_id = :user_id""",  # the row stays until the file is removed
    "workflows": """
        WITH of_steps AS (UPDATE jobs SET user_id = NULL WHERE user_id = :user_id)
        UPDATE workflows SET user_id = NULL WHERE user_id = :user_id""",
}
"""Tables whose rows stay without what the user wrote; private roadmaps that no other user learns on are deleted."""

KEPT: dict[str, str] = {
    "audit_entries": "append-only; `SqlAudit.forget` removes addresses and differences",
    "mail_events": "counts of reports; the mail that they are of names no reader any more",
    "access_changes": "tells every process for an hour that the tokens are void",
    "xp_outbox": "entries on their way to the boards",
    "streak_freezes": "dates",
    "webhook_endpoints": "the platform goes on to send to them; the id of their owner is that of a deleted user",
    "attempt_days": "numbers",
    "domain_days": "numbers",
    "leaderboard_entries": "the boards stay as they are, under the name of a deleted user",
    "enrolments": "statistics of roadmaps",
    "quiz_attempts": "statistics of questions",
    "exam_types": "names that the questions of others use",
    "quizzes": "published content that others learn with",
    "questions": "published content that others learn with",
    "media": "images of published content; those that no question shows are removed after a day",
}
"""Tables whose rows stay, with the reason; a test finds a table with users that is in none of the lists."""

_ORDER = [*REMOVED, *BLANKED]
"""`users` comes after `mails`, which are found by its address; later steps need `erased_at` (the XP ledger)."""
_WITH_MOMENT = ("certificates", "mails", "printouts", "uploads", "users")
_TEXTS = {name: f"DELETE FROM {name} WHERE {condition}" for name, condition in REMOVED.items()} | BLANKED  # noqa: S608
_STEPS = [
    Statement(
        text(_TEXTS[name]).bindparams(
            bindparam("user_id", type_=ID),
            *([bindparam("handle", type_=Text)] if name == "users" else ()),
            *([bindparam("now", type_=MOMENT)] if name in _WITH_MOMENT else ()),
        )
    )
    for name in _ORDER
]
_is_due = (users.c.deleting_at <= bindparam("now", type_=MOMENT)) & users.c.erased_at.is_(None)
_has_erasure = exists().where(
    workflows.c.user_id == users.c.id,
    workflows.c.template == erasure.TEMPLATE,
    or_(
        *(workflows.c.state == state.value for state in sorted(GOES_ON, key=str)),
        and_(
            workflows.c.state == WorkflowState.FAILED.value,
            workflows.c.finished_at > bindparam("failed_before", type_=MOMENT),
        ),
    ),
)
_DUE = Statement(
    select(users.c.id)
    .where(_is_due, not_(_has_erasure))
    .order_by(users.c.deleting_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_LOCK_DUE = Statement(
    select(users.c.id).where(_is_due, users.c.id == bindparam("user_id", type_=ID)).with_for_update()
)
_LEFT = Statement(
    text(
        " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name} WHERE {condition})"  # noqa: S608
            for name, condition in REMOVED.items()
        )
    ).bindparams(bindparam("user_id", type_=ID)),
    str,
)
_MARK = Statement(
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .where(users.c.erased_at.is_(None))
    .values(deleting_at=bindparam("deletes_at"))
)
_SIGNED_IN_AT = Statement(select(sessions.c.created_at).where(sessions.c.id == bindparam("session_id")))
_DELETIONS = Statement(
    select(users.c.id, users.c.deleting_at)
    .where(users.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(users.c.id == bindparam("viewer_id"))
    .where(users.c.deleting_at.is_not(None)),
    lambda user_id, deletes_at: Deletion(user_id=user_id, deletes_at=deletes_at),
)


class SqlDeletions:
    """Deletions in the table `users`; an anonymised account keeps its row, without personal data."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def deletions_of(self, ids: list[UserId], *, viewer_id: UserId) -> list[Deletion | None]:
        """Return one slot per id; the statement itself reads the viewer's only."""
        found = await self._connection.all(_DELETIONS, ids=ids, viewer_id=viewer_id)
        return by_key(ids, found, lambda deletion: deletion.user_id)

    async def signed_in_at(self, session_id: SessionId) -> datetime | None:
        """Return when a session was opened."""
        opened: datetime | None = await self._connection.value(_SIGNED_IN_AT, session_id=session_id)
        return opened

    async def mark(self, user_id: UserId, deletes_at: datetime | None) -> None:
        """Set when an account will be anonymised; None cancels it."""
        await self._connection.run(_MARK, user_id=user_id, deletes_at=deletes_at)

    async def due(self, *, now: datetime, failed_before: datetime) -> UserId | None:
        """Lock one account whose grace period is over; one locked by another process is skipped."""
        user_id: UserId | None = await self._connection.value(_DUE, now=now, failed_before=failed_before)
        return user_id

    async def lock_due(self, user_id: UserId, *, now: datetime) -> bool:
        """Lock an account; tells whether its grace period is over and it is not anonymised."""
        return await self._connection.value(_LOCK_DUE, user_id=user_id, now=now) is not None

    async def left(self, user_id: UserId) -> list[str]:
        """Return the names of the tables that have rows of an account which `anonymise` removes."""
        return await self._connection.all(_LEFT, user_id=user_id)

    async def anonymise(self, user_id: UserId, *, handle: str, now: datetime) -> None:
        """Delete and blank, table by table, in the caller's transaction."""
        for name, step in zip(_ORDER, _STEPS, strict=True):
            values = ({"handle": handle} if name == "users" else {}) | (
                {"now": now} if name in _WITH_MOMENT else {}
            )
            await self._connection.run(step, user_id=user_id, **values)
