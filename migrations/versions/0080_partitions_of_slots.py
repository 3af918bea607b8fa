"""Slots of attempts in partitions by the ids of their attempts, which are in the order of time.

The table becomes the first partition as it is: no row is written, and indexes and foreign keys stay. The locks are
taken first, in the order in which requests take them.
"""

from alembic import op

from migrations.bounds import later_bound
from migrations.locks import without_transaction

revision = "0080"
down_revision = "0079"

_LOCKS = (
    "LOCK TABLE quiz_attempts, questions IN SHARE ROW EXCLUSIVE MODE",
    "LOCK TABLE attempt_slots, explanations IN ACCESS EXCLUSIVE MODE",
)
_REFERRING = "explanations_attempt_id_number_fkey"
_REFER = (
    f"ALTER TABLE explanations ADD CONSTRAINT {_REFERRING} FOREIGN KEY (attempt_id, number) "
    "REFERENCES attempt_slots (attempt_id, number) ON DELETE CASCADE NOT VALID"
)
_NAMED = (
    ("INDEX", "attempt_slots_pkey", "attempt_slots_first_pkey"),
    ("INDEX", "attempt_slots_question_id_attempt_id_idx", "attempt_slots_first_question_id_attempt_id_idx"),
)
_PARENT = """
CREATE TABLE attempt_slots (LIKE attempt_slots_first INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
PARTITION BY RANGE (attempt_id)
"""
_PARTS = (
    ("PRIMARY KEY", "attempt_slots_pkey", "(attempt_id, number)"),
    (
        "FOREIGN KEY",
        "attempt_slots_attempt_id_fkey",
        "(attempt_id) REFERENCES quiz_attempts (id) ON DELETE CASCADE",
    ),
    ("FOREIGN KEY", "attempt_slots_question_id_fkey", "(question_id) REFERENCES questions (id)"),
)
_INDEX = "CREATE INDEX attempt_slots_question_id_attempt_id_idx ON attempt_slots (question_id, attempt_id)"
_ATTACH = """
DO $$
BEGIN
    EXECUTE format(
        'ALTER TABLE attempt_slots ATTACH PARTITION attempt_slots_first FOR VALUES FROM (MINVALUE) TO (%L)',
        (SELECT substring(pg_get_constraintdef(oid) FROM 'attempt_[0-9A-Z]+') FROM pg_constraint
        WHERE conname = 'attempt_slots_bound_check' AND conrelid = 'attempt_slots_first'::regclass)
    );
END $$
"""
_DEFAULT = "CREATE TABLE attempt_slots_default PARTITION OF attempt_slots DEFAULT WITH (fillfactor = 50)"
_BOUND = """
DO $$
BEGIN
    EXECUTE format(
        'ALTER TABLE attempt_slots ADD CONSTRAINT attempt_slots_bound_check CHECK (attempt_id < %L) NOT VALID',
        greatest('{bound}', (SELECT max(attempt_id) || '0' FROM attempt_slots))
    );
END $$
"""


def upgrade() -> None:
    with without_transaction():
        op.execute("ALTER TABLE attempt_slots VALIDATE CONSTRAINT attempt_slots_bound_check")
    for lock in _LOCKS:
        op.execute(lock)
    op.execute(f"ALTER TABLE explanations DROP CONSTRAINT {_REFERRING}")
    op.execute("ALTER TABLE attempt_slots RENAME TO attempt_slots_first")
    for kind, name, first in _NAMED:
        op.execute(f"ALTER {kind} {name} RENAME TO {first}")
    op.execute(_PARENT)
    op.execute("ALTER TABLE attempt_slots DROP CONSTRAINT attempt_slots_bound_check")
    for kind, name, definition in _PARTS:
        op.execute(f"ALTER TABLE attempt_slots ADD CONSTRAINT {name} {kind} {definition}")
    for statement in (_INDEX, _ATTACH, _DEFAULT):
        op.execute(statement)
    op.execute("ALTER TABLE attempt_slots_first DROP CONSTRAINT attempt_slots_bound_check")
    op.execute(_REFER)


def downgrade() -> None:
    """Make the first partition the table again, with the rows of the others: their number decides how long it takes."""
    op.execute("LOCK TABLE quiz_attempts, questions, attempt_slots, explanations IN ACCESS EXCLUSIVE MODE")
    op.execute(f"ALTER TABLE explanations DROP CONSTRAINT {_REFERRING}")
    op.execute("ALTER TABLE attempt_slots DETACH PARTITION attempt_slots_first")
    op.execute("INSERT INTO attempt_slots_first SELECT * FROM attempt_slots")
    op.execute("DROP TABLE attempt_slots")
    op.execute("ALTER TABLE attempt_slots_first RENAME TO attempt_slots")
    for kind, name, first in _NAMED:
        op.execute(f"ALTER {kind} {first} RENAME TO {name}")
    op.execute(_BOUND.format(bound=later_bound("attempt")))
    op.execute(_REFER)
