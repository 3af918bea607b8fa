"""Exports in Postgres: which rows of which table are a user's, and which columns stay behind."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Column, DateTime, ForeignKey, Index, Table, bindparam, func, insert, select, text

from domain.exports import DataExport
from domain.ids import ExportId, UserId
from persistence.base import ID, Statement, columns_for, id_column, metadata
from persistence.engine import Connection
from persistence.user_tables import users

exports = Table(
    "exports",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("exports_user_id_id_idx", "user_id", "id"),
)

_OF_ROADMAP = "version_id IN (SELECT v.id FROM roadmap_versions v JOIN roadmaps r ON r.id = v.roadmap_id"
_OPEN_SLOT = """question_id IN (SELECT s.question_id FROM attempt_slots s JOIN quiz_attempts a ON a.id = s.attempt_id
    WHERE a.user_id = :user_id AND a.state = 'IN_PROGRESS')"""
_CREDIT = "'{credit_numerator,credit_denominator}'::text[]"

SECTIONS: dict[str, tuple[str, str]] = {
    "users": ("id = :user_id", "to_jsonb(t) - 'password_hash'"),
    "zone_changes": ("user_id = :user_id", "to_jsonb(t)"),
    "external_identities": ("user_id = :user_id", "to_jsonb(t)"),
    "sessions": ("user_id = :user_id", "to_jsonb(t)"),
    "api_keys": ("user_id = :user_id", "to_jsonb(t) - 'key_hash'"),
    "exports": ("user_id = :user_id", "to_jsonb(t)"),
    "mails": (
        "recipient = (SELECT email FROM users WHERE id = :user_id)",
        "to_jsonb(t) - 'body'",  # a body may hold a link that signs in
    ),
    "audit_entries": (
        "actor_id = :user_id OR target = :user_id",
        "CASE WHEN actor_id = :user_id THEN to_jsonb(t) ELSE to_jsonb(t) - 'address' - 'session_id' END",
    ),
    "goals": ("owner_id = :user_id", "to_jsonb(t)"),
    "goal_transitions": ("goal_id IN (SELECT id FROM goals WHERE owner_id = :user_id)", "to_jsonb(t)"),
    "roadmaps": ("author_id = :user_id", "to_jsonb(t)"),
    "roadmap_versions": (
        "roadmap_id IN (SELECT id FROM roadmaps WHERE author_id = :user_id)",
        "to_jsonb(t)",
    ),
    "roadmap_nodes": (f"{_OF_ROADMAP} WHERE r.author_id = :user_id)", "to_jsonb(t)"),
    "enrolments": ("user_id = :user_id", "to_jsonb(t)"),
    "node_progress": (
        "enrolment_id IN (SELECT id FROM enrolments WHERE user_id = :user_id)",
        "to_jsonb(t)",
    ),
    "quizzes": ("author_id = :user_id", "to_jsonb(t)"),
    "questions": ("author_id = :user_id", "to_jsonb(t)"),
    "question_imports": ("author_id = :user_id", "to_jsonb(t)"),
    "quiz_attempts": ("user_id = :user_id", "to_jsonb(t) - 'seed'"),
    "attempt_slots": (
        "attempt_id IN (SELECT id FROM quiz_attempts WHERE user_id = :user_id)",
        f"CASE WHEN {_OPEN_SLOT} THEN to_jsonb(t) - {_CREDIT} ELSE to_jsonb(t) END",
    ),
    "xp_entries": ("user_id = :user_id", "to_jsonb(t)"),
    "activities": ("user_id = :user_id", "to_jsonb(t)"),
    "streak_freezes": ("user_id = :user_id", "to_jsonb(t)"),
    "attempt_days": ("user_id = :user_id", "to_jsonb(t)"),
    "domain_days": ("user_id = :user_id", "to_jsonb(t)"),
    "leaderboard_entries": ("user_id = :user_id", "to_jsonb(t)"),
}
"""By table: which rows are a user's, and what is told of each. What an open attempt may not know is left out."""

EXCEPTIONS: dict[str, str] = {
    "refresh_tokens": "hashes of secrets, without meaning to anybody",
    "one_time_tokens": "hashes of secrets; what they are for stands in the audit log",
    "sign_in_flows": "hashes of secrets of nobody in particular, for minutes",
    "throttles": "keyed digests, for an hour",
    "access_changes": "which tokens are void, for an hour; the acts stand in the audit log",
    "idempotency_receipts": "hashes of requests, for a day",
    "xp_outbox": "entries of the ledger on their way to the boards",
    "question_keys": "what is right; the author has the file that was imported",
    "quiz_questions": "the order of questions, of no person",
    "node_lineages": "technical names of nodes, of no person",
    "prerequisite_groups": "the shape of a roadmap, of no person",
    "prerequisite_members": "the shape of a roadmap, of no person",
    "exam_types": "of no person",
    "exam_domains": "of no person",
    "leaderboards": "of no person",
    "document_manifests": "documents of the platform's own apps",
    "trusted_documents": "documents of the platform's own apps",
    "manifest_documents": "documents of the platform's own apps",
    "field_counts": "how often apps ask for fields, of no person",
    "leaderboard_buckets": "how many learners have how much XP, of no person",
}
"""Tables that an export leaves out, with the reason; a test finds a table that stands in neither list."""


def _section(name: str, rows: str, told: str) -> str:
    return f"SELECT '{name}', coalesce(jsonb_agg({told}), '[]'::jsonb)::text FROM {name} t WHERE {rows}"  # noqa: S608


_SECTIONS = Statement(
    text(" UNION ALL ".join(_section(name, *section) for name, section in SECTIONS.items())).bindparams(
        bindparam("user_id", type_=ID)
    )
)
_HOLD = Statement(select(users.c.id).where(users.c.id == bindparam("id")).with_for_update(key_share=True))
_COUNT = Statement(
    select(func.count())
    .select_from(exports)
    .where(exports.c.user_id == bindparam("user_id"))
    .where(exports.c.created_at > bindparam("since", type_=DateTime(timezone=True)))
)
_ADD = Statement(insert(exports).values({c.name: bindparam(c.name) for c in exports.c}))
_BY_ID = Statement(
    select(*columns_for(DataExport, exports))
    .where(exports.c.id == bindparam("export_id"))
    .where(exports.c.expires_at > bindparam("now", type_=DateTime(timezone=True))),
    DataExport,
)


class SqlExports:
    """Permissions in the table `exports`; the documents are read from all the others."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def hold(self, user_id: UserId, *, since: datetime) -> int:
        """Return how many exports the user asked for; a lock on the user's row holds back every new one."""
        await self._connection.run(_HOLD, id=user_id)
        return int(await self._connection.value(_COUNT, user_id=user_id, since=since))

    async def add(self, export: DataExport) -> None:
        """Store a permission."""
        values = {c.name: getattr(export, c.name) for c in exports.c}
        await self._connection.run(_ADD, **values)

    async def by_id(self, export_id: ExportId, *, now: datetime) -> DataExport | None:
        """Return a permission that has not expired."""
        return await self._connection.first(_BY_ID, export_id=export_id, now=now)

    async def sections(self, user_id: UserId) -> Mapping[str, str]:
        """Read everything in one statement, which sees one moment."""
        rows = await self._connection.rows(_SECTIONS, user_id=user_id)
        return {str(name): str(told) for name, told in rows}
