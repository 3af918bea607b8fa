"""A bound above the ids of all attempts so far, so that their slots can become the first partition without a scan."""

from alembic import op

from migrations.bounds import later_bound
from migrations.locks import without_transaction

revision = "0079"
down_revision = "0078"


def upgrade() -> None:
    """Set a bound that the next migration takes away again; until then no later attempt can be started."""
    op.execute("ALTER TABLE attempt_slots DROP CONSTRAINT IF EXISTS attempt_slots_bound_check")
    op.execute(
        "ALTER TABLE attempt_slots ADD CONSTRAINT attempt_slots_bound_check "
        f"CHECK (attempt_id < '{later_bound('attempt')}') NOT VALID"
    )
    with without_transaction():
        op.execute("ALTER TABLE attempt_slots VALIDATE CONSTRAINT attempt_slots_bound_check")


def downgrade() -> None:
    op.execute("ALTER TABLE attempt_slots DROP CONSTRAINT IF EXISTS attempt_slots_bound_check")
