"""Evidence that completes nodes, and the collaborators who review it and write with the author."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"

_ID = sa.Text(collation="C")
_MOMENT = sa.DateTime(timezone=True)
_BEFORE, _SINCE = "roadmap_nodes_roadmap_nodes_completion_check_check", "roadmap_nodes_completion_check"
"""The name that migration 0002 gave the constraint by way of the naming convention, and that of the convention."""


def _key(name: str, to: str, *, ondelete: str = "CASCADE", **values: bool) -> sa.Column[str]:
    return sa.Column(
        name, _ID, sa.ForeignKey(f"{to}.id", ondelete=ondelete), **({"nullable": False} | values)
    )


def _complete_by(*values: str, before: str, since: str) -> None:
    listed = ", ".join(f"'{value}'" for value in values)
    op.drop_constraint(op.f(before), "roadmap_nodes")
    op.create_check_constraint(op.f(since), "roadmap_nodes", f"completion IN ({listed})")


def upgrade() -> None:
    _complete_by("CHECKBOX", "QUIZ", "EVIDENCE", before=_BEFORE, since=_SINCE)
    op.add_column("roadmap_nodes", sa.Column("evidence_rule", sa.Text))
    op.create_check_constraint(
        op.f("roadmap_nodes_evidence_rule_check"),
        "roadmap_nodes",
        "evidence_rule IN ('ACCEPTED_AT_ONCE', 'REVIEWED')",
    )
    op.create_check_constraint(
        op.f("roadmap_nodes_evidence_check"),
        "roadmap_nodes",
        "(completion = 'EVIDENCE') = (evidence_rule IS NOT NULL)",
    )
    op.create_table(
        "collaborators",
        sa.Column("id", _ID, primary_key=True),
        _key("roadmap_id", "roadmaps"),
        _key("user_id", "users"),
        sa.Column("role", sa.Text, nullable=False),
        _key("invited_by_id", "users"),
        sa.Column("invited_at", _MOMENT, nullable=False),
        sa.Column("accepted_at", _MOMENT),
        sa.Column("by_email", sa.Boolean, nullable=False),
        sa.CheckConstraint("role IN ('CO_AUTHOR', 'REVIEWER')", name=op.f("collaborators_role_check")),
        sa.UniqueConstraint("roadmap_id", "user_id", name="collaborators_roadmap_id_user_id_key"),
    )
    for column in ("user_id", "invited_by_id"):
        op.create_index(f"collaborators_{column}_idx", "collaborators", [column])
    op.create_table(
        "evidence",
        sa.Column("id", _ID, primary_key=True),
        _key("enrolment_id", "enrolments"),
        _key("roadmap_id", "roadmaps"),
        _key("node_id", "roadmap_nodes"),
        _key("lineage_id", "node_lineages"),
        _key("user_id", "users"),
        sa.Column("text", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("comment", sa.Text),
        _key("reviewer_id", "users", ondelete="SET NULL", nullable=True),
        sa.Column("submitted_at", _MOMENT, nullable=False),
        sa.Column("reviewed_at", _MOMENT),
        sa.CheckConstraint(
            "state IN ('SUBMITTED', 'ACCEPTED', 'RETURNED')", name=op.f("evidence_state_check")
        ),
        sa.CheckConstraint("text IS NOT NULL OR url IS NOT NULL", name=op.f("evidence_content_check")),
        sa.UniqueConstraint("enrolment_id", "lineage_id", name="evidence_enrolment_id_lineage_id_key"),
    )
    for column in ("node_id", "lineage_id", "user_id", "reviewer_id"):
        op.create_index(f"evidence_{column}_idx", "evidence", [column])
    op.create_index(
        "evidence_waiting_idx",
        "evidence",
        ["roadmap_id", "id"],
        postgresql_where=sa.text("state = 'SUBMITTED'"),
    )


def downgrade() -> None:
    op.drop_table("evidence")
    op.drop_table("collaborators")
    op.execute(
        "UPDATE roadmap_nodes SET completion = 'CHECKBOX', evidence_rule = NULL WHERE completion = 'EVIDENCE'"
    )
    op.drop_constraint(op.f("roadmap_nodes_evidence_check"), "roadmap_nodes")
    op.drop_constraint(op.f("roadmap_nodes_evidence_rule_check"), "roadmap_nodes")
    op.drop_column("roadmap_nodes", "evidence_rule")
    _complete_by("CHECKBOX", "QUIZ", before=_SINCE, since=_BEFORE)
