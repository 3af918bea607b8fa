"""Erasure in Postgres: what of a person goes, table by table, and what stays because others count it."""

from datetime import datetime

from sqlalchemy import ARRAY, DateTime, Text, any_, bindparam, select, text, update

from domain.erasure import ERASED_NAME, Deletion
from domain.ids import SessionId, UserId
from persistence.base import ID, Statement, by_key
from persistence.engine import Connection
from persistence.sessions import sessions
from persistence.user_tables import users

REMOVED: dict[str, str] = {
    "sessions": "DELETE FROM sessions WHERE user_id = :user_id",
    "mails": "DELETE FROM mails WHERE recipient = (SELECT email FROM users WHERE id = :user_id)",
    "one_time_tokens": "DELETE FROM one_time_tokens WHERE user_id = :user_id",
    "external_identities": "DELETE FROM external_identities WHERE user_id = :user_id",
    "api_keys": "DELETE FROM api_keys WHERE user_id = :user_id",
    "exports": "DELETE FROM exports WHERE user_id = :user_id",
    "idempotency_receipts": "DELETE FROM idempotency_receipts WHERE user_id = :user_id",
    "zone_changes": "DELETE FROM zone_changes WHERE user_id = :user_id",
    "question_imports": "DELETE FROM question_imports WHERE author_id = :user_id",
}
"""Tables whose rows of the user go."""

BLANKED: dict[str, str] = {
    "users": f"""
        UPDATE users SET handle = :handle, display_name = '{ERASED_NAME}', email = :handle || '@deleted.invalid',
            email_verified = false, password_hash = NULL, avatar_url = NULL, bio = '', roles = '{{LEARNER}}',
            time_zone = 'UTC', day_start_hour = 0, locale = 'en', suspended_reason = NULL, erased_at = :now
        WHERE id = :user_id""",  # noqa: S608 - a constant
    "goals": "UPDATE goals SET title = 'Deleted', description = '' WHERE owner_id = :user_id",
    "xp_entries": """
        UPDATE xp_entries SET explanation = '' WHERE user_id = :user_id
        AND reason IN ('GOAL_COMPLETED', 'NODE_COMPLETED')""",
    "activities": "UPDATE activities SET summary = '', time_zone = 'UTC' WHERE user_id = :user_id",
    "attempt_slots": """
        UPDATE attempt_slots SET answer = '{"text": ""}' WHERE answer ? 'text'
        AND attempt_id IN (SELECT id FROM quiz_attempts WHERE user_id = :user_id)""",
    "roadmaps": """
        DELETE FROM roadmaps r WHERE author_id = :user_id AND visibility = 'PRIVATE'
        AND NOT EXISTS (SELECT FROM enrolments e WHERE e.roadmap_id = r.id AND e.user_id <> :user_id)""",
}
"""Tables whose rows stay without what the user wrote; private roadmaps that nobody else learns on go."""

KEPT: dict[str, str] = {
    "audit_entries": "append-only; addresses and differences are forgotten by a verb of their own",
    "access_changes": "tells every process for an hour that the tokens are void",
    "xp_outbox": "entries on their way to the boards",
    "streak_freezes": "dates",
    "attempt_days": "numbers",
    "domain_days": "numbers",
    "leaderboard_entries": "the boards stay as they are, under the name of a deleted user",
    "enrolments": "statistics of roadmaps",
    "quiz_attempts": "statistics of questions",
    "quizzes": "published content that others learn with",
    "questions": "published content that others learn with",
}
"""Tables whose rows stay, with the reason; a test finds a table of users that stands in none of the lists."""

_ORDER = [*REMOVED, *BLANKED]
"""The row of the user comes between: rows are found by the address before, and the ledger gives way only after."""
_STEPS = [
    Statement(
        text((REMOVED | BLANKED)[name]).bindparams(
            bindparam("user_id", type_=ID),
            *(
                [bindparam("handle", type_=Text), bindparam("now", type_=DateTime(timezone=True))]
                if name == "users"
                else ()
            ),
        )
    )
    for name in _ORDER
]
_DUE = Statement(
    select(users.c.id)
    .where(users.c.deleting_at <= bindparam("now", type_=DateTime(timezone=True)))
    .where(users.c.erased_at.is_(None))
    .order_by(users.c.deleting_at)
    .limit(1)
    .with_for_update(skip_locked=True)
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


class SqlErasure:
    """What is left of a person is a row in `users` that names nobody."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def deletions_of(self, ids: list[UserId], *, viewer_id: UserId) -> list[Deletion | None]:
        """Return one slot per id; the statement itself leaves out everyone but the viewer."""
        found = await self._connection.all(_DELETIONS, ids=ids, viewer_id=viewer_id)
        return by_key(ids, found, lambda deletion: deletion.user_id)

    async def signed_in_at(self, session_id: SessionId) -> datetime | None:
        """Return when a session was opened."""
        opened: datetime | None = await self._connection.value(_SIGNED_IN_AT, session_id=session_id)
        return opened

    async def mark(self, user_id: UserId, deletes_at: datetime | None) -> None:
        """Let an account be anonymised from a moment on, or not at all."""
        await self._connection.run(_MARK, user_id=user_id, deletes_at=deletes_at)

    async def due(self, *, now: datetime) -> UserId | None:
        """Lock one account whose grace is over; a locked one is another process's."""
        user_id: UserId | None = await self._connection.value(_DUE, now=now)
        return user_id

    async def anonymise(self, user_id: UserId, *, handle: str, now: datetime) -> None:
        """Remove and blank, table by table, in the one transaction of the caller."""
        for name, step in zip(_ORDER, _STEPS, strict=True):
            values = {"handle": handle, "now": now} if name == "users" else {}
            await self._connection.run(step, user_id=user_id, **values)
