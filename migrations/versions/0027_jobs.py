"""Jobs with their queue, which is pgqueuer's, paused queues, and workers."""

import sqlalchemy as sa
from alembic import op
from pgqueuer.adapters.persistence import schema_ddl
from pgqueuer.domain.schema.declaration import target
from pgqueuer.domain.settings import DBSettings
from sqlalchemy.dialects.postgresql import JSONB

revision = "0027"
down_revision = "0026"

ID = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)


def _queue_tables() -> list[str]:
    """Return the statements that make the tables of pgqueuer 1.6."""
    settings = DBSettings()
    schema = target(settings)
    return [
        *(schema_ddl.render_enum(entry, settings) for entry in schema.enums),
        *(schema_ddl.render_table(entry, settings) for entry in schema.tables),
        *(schema_ddl.render_index(entry, settings) for entry in schema.indexes),
        *(schema_ddl.render_function(entry, settings) for entry in schema.functions),
        *(schema_ddl.render_trigger(entry, settings) for entry in schema.triggers),
    ]


def upgrade() -> None:
    for statement in _queue_tables():
        op.execute(sa.text(statement.replace(":", r"\:")))
    op.create_table(
        "jobs",
        sa.Column("id", ID, primary_key=True),
        sa.Column("entry_id", sa.BigInteger, nullable=False),
        sa.Column("kind", ID, nullable=False),
        sa.Column("queue", ID, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("state", ID, nullable=False, server_default="QUEUED"),
        sa.Column("arguments", JSONB, nullable=False),
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE")),
        sa.Column("dedupe_key", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("run", sa.Integer, nullable=False, server_default="0"),
        sa.Column("progress", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("note", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("result", JSONB),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.Column("next_run_at", MOMENT),
        sa.Column("trace_parent", sa.Text),
        sa.UniqueConstraint("entry_id", name="jobs_entry_id_key"),
    )
    for columns in (("state", "id"), ("kind", "id"), ("queue", "id"), ("finished_at",)):
        op.create_index(f"jobs_{'_'.join(columns)}_idx", "jobs", list(columns))
    op.create_index(
        "jobs_user_id_id_idx", "jobs", ["user_id", "id"], postgresql_where=sa.text("user_id IS NOT NULL")
    )
    op.create_index(
        "jobs_waiting_idx", "jobs", ["queue", "next_run_at"], postgresql_where=sa.text("state = 'QUEUED'")
    )
    op.create_index(
        "jobs_live_key_idx",
        "jobs",
        ["kind", "dedupe_key"],
        unique=True,
        postgresql_where=sa.text("state IN ('QUEUED', 'RUNNING')"),
    )
    op.create_table(
        "job_queues",
        sa.Column("name", ID, primary_key=True),
        sa.Column("paused_at", MOMENT),
        sa.Column("paused_by", ID, sa.ForeignKey("users.id", ondelete="SET NULL")),
        sa.Column("pause_reason", sa.Text),
    )
    op.create_table(
        "job_workers",
        sa.Column("id", ID, primary_key=True),
        sa.Column("queues", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("running", sa.Integer, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
    )


def downgrade() -> None:
    for table in ("job_workers", "job_queues", "jobs"):
        op.drop_table(table)
    op.execute("DROP TABLE pgqueuer, pgqueuer_log, pgqueuer_schedules, pgqueuer_statistics")
    op.execute("DROP FUNCTION fn_pgqueuer_changed")
    op.execute("DROP TYPE pgqueuer_status")
