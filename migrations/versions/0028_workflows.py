"""Workflows of jobs: versioned templates, runs with their steps, and which job is of which step."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0028"
down_revision = "0027"

ID = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("jobs", sa.Column("workflow_id", ID))
    op.create_table(
        "workflow_templates",
        sa.Column("name", ID, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("inputs", JSONB, nullable=False),
        sa.Column("steps", JSONB, nullable=False),
        sa.Column("is_shipped", sa.Boolean, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", "version"),
    )
    op.create_table(
        "workflows",
        sa.Column("id", ID, primary_key=True),
        sa.Column("template", ID, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", ID, nullable=False),
        sa.Column("inputs", JSONB, nullable=False),
        sa.Column("progress", sa.SmallInteger, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.ForeignKeyConstraint(
            ["template", "version"],
            ["workflow_templates.name", "workflow_templates.version"],
            name="workflows_template_fkey",
        ),
    )
    for columns in (("state", "id"), ("template", "id"), ("finished_at",)):
        op.create_index(f"workflows_{'_'.join(columns)}_idx", "workflows", list(columns))
    op.create_table(
        "workflow_steps",
        sa.Column("workflow_id", ID, sa.ForeignKey("workflows.id", ondelete="CASCADE"), nullable=False),
        sa.Column("key", ID, nullable=False),
        sa.Column("place", sa.SmallInteger, nullable=False),
        sa.Column("kind", ID, nullable=False),
        sa.Column("state", ID, nullable=False),
        sa.Column("waits_for", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("wait_for", ID, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("jobs", sa.Integer, nullable=False),
        sa.Column("jobs_ended", sa.Integer, nullable=False),
        sa.Column("output", JSONB),
        sa.Column("error", sa.Text),
        sa.Column("started_at", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.PrimaryKeyConstraint("workflow_id", "key"),
    )
    op.create_table(
        "workflow_jobs",
        sa.Column("job_id", ID, primary_key=True),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("step", ID, nullable=False),
        sa.Column("item", sa.Integer, nullable=False),
        sa.Column("state", ID, nullable=False),
        sa.Column("output", JSONB),
        sa.Column("error", sa.Text),
        sa.ForeignKeyConstraint(
            ["workflow_id", "step"],
            ["workflow_steps.workflow_id", "workflow_steps.key"],
            ondelete="CASCADE",
            name="workflow_jobs_step_fkey",
        ),
    )
    op.create_index("workflow_jobs_step_idx", "workflow_jobs", ["workflow_id", "step", "item"])


def downgrade() -> None:
    for table in ("workflow_jobs", "workflow_steps", "workflows", "workflow_templates"):
        op.drop_table(table)
    op.drop_column("jobs", "workflow_id")
