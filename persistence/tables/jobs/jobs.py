"""The tables of jobs, of paused queues, and of workers. The queue itself is in the tables of pgqueuer."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from persistence.statements import ID, MOMENT, id_column, metadata

IS_LIVE = "state IN ('QUEUED', 'RUNNING')"

jobs = Table(
    "jobs",
    metadata,
    id_column(),
    Column("entry_id", BigInteger, nullable=False),
    Column("kind", ID, nullable=False),
    Column("queue", ID, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("state", ID, nullable=False, server_default=text("'QUEUED'")),
    Column("arguments", JSONB, nullable=False),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE")),
    Column("dedupe_key", Text),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("run", Integer, nullable=False, server_default=text("0")),
    Column("progress", SmallInteger, nullable=False, server_default=text("0")),
    Column("note", Text),
    Column("error", Text),
    Column("result", JSONB),
    Column("created_at", MOMENT, nullable=False),
    Column("started_at", MOMENT),
    Column("finished_at", MOMENT),
    Column("next_run_at", MOMENT),
    Column("trace_parent", Text),
    Column("request_id", Text),
    Column("workflow_id", ID),
    UniqueConstraint("entry_id"),
    Index("jobs_state_id_idx", "state", "id"),
    Index("jobs_kind_id_idx", "kind", "id"),
    Index("jobs_queue_id_idx", "queue", "id"),
    Index("jobs_user_id_id_idx", "user_id", "id", postgresql_where=text("user_id IS NOT NULL")),
    Index("jobs_waiting_idx", "queue", "next_run_at", postgresql_where=text("state = 'QUEUED'")),
    Index("jobs_finished_at_idx", "finished_at"),
    Index(
        "jobs_regrades_idx",
        text("(arguments ->> 'question_id')"),
        "id",
        postgresql_where=text("kind = 'regrade_question'"),
    ),
    Index("jobs_live_key_idx", "kind", "dedupe_key", unique=True, postgresql_where=text(IS_LIVE)),
)

job_queues = Table(
    "job_queues",
    metadata,
    Column("name", ID, primary_key=True),
    Column("paused_at", MOMENT),
    Column("paused_by", ID, ForeignKey("users.id", ondelete="SET NULL")),
    Column("pause_reason", Text),
    Column("rate_kind", ID),
    Column("rate_jobs", Integer),
    Column("rate_seconds", Integer),
    Column("rate_free_at", MOMENT),
)

job_workers = Table(
    "job_workers",
    metadata,
    id_column(),
    Column("queues", ARRAY(Text), nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("running", Integer, nullable=False),
    Column("started_at", MOMENT, nullable=False),
    Column("seen_at", MOMENT, nullable=False),
)
