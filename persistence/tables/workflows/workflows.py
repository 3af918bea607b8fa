"""The tables of templates, of workflows, of their steps, and of the jobs of these."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from persistence.statements import ID, MOMENT, id_column, metadata

workflow_templates = Table(
    "workflow_templates",
    metadata,
    Column("name", ID, nullable=False),
    Column("version", Integer, nullable=False),
    Column("description", Text, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("steps", JSONB, nullable=False),
    Column("is_shipped", Boolean, nullable=False),
    Column("saved_at", MOMENT, nullable=False),
    PrimaryKeyConstraint("name", "version"),
)

workflows = Table(
    "workflows",
    metadata,
    id_column(),
    Column("template", ID, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", ID, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("progress", SmallInteger, nullable=False),
    Column("started_at", MOMENT, nullable=False),
    Column("finished_at", MOMENT),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE")),
    ForeignKeyConstraint(
        ["template", "version"],
        ["workflow_templates.name", "workflow_templates.version"],
        name="workflows_template_fkey",
    ),
    Index("workflows_state_id_idx", "state", "id"),
    Index("workflows_template_id_idx", "template", "id"),
    Index("workflows_finished_at_idx", "finished_at"),
    Index("workflows_user_id_id_idx", "user_id", "id", postgresql_where=text("user_id IS NOT NULL")),
)

workflow_steps = Table(
    "workflow_steps",
    metadata,
    Column("workflow_id", ID, ForeignKey("workflows.id", ondelete="CASCADE"), nullable=False),
    Column("key", ID, nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("kind", ID, nullable=False),
    Column("state", ID, nullable=False),
    Column("waits_for", ARRAY(Text), nullable=False),
    Column("wait_for", ID, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("jobs", Integer, nullable=False),
    Column("jobs_ended", Integer, nullable=False),
    Column("output", JSONB),
    Column("error", Text),
    Column("started_at", MOMENT),
    Column("finished_at", MOMENT),
    PrimaryKeyConstraint("workflow_id", "key"),
)

workflow_jobs = Table(
    "workflow_jobs",
    metadata,
    id_column("job_id"),
    Column("workflow_id", ID, nullable=False),
    Column("step", ID, nullable=False),
    Column("item", Integer, nullable=False),
    Column("state", ID, nullable=False),
    Column("output", JSONB),
    Column("error", Text),
    ForeignKeyConstraint(
        ["workflow_id", "step"],
        ["workflow_steps.workflow_id", "workflow_steps.key"],
        ondelete="CASCADE",
        name="workflow_jobs_step_fkey",
    ),
    Index("workflow_jobs_step_idx", "workflow_id", "step", "item"),
)
