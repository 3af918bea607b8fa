"""The roll-ups keep what rounding took from their scores, so that averages are exact.

Processes of the release before go on adding rounded scores; only the rest of those is missing, until a rebuild.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

_REST = """
WITH slots AS (
    SELECT a.user_id, q.exam_type_id, a.local_date, credit_numerator AS part,
        credit_denominator::numeric * count(*) OVER (PARTITION BY a.id) AS whole
    FROM quiz_attempts a JOIN quizzes q ON q.id = a.quiz_id JOIN attempt_slots s ON s.attempt_id = a.id
    WHERE a.score IS NOT NULL
), shares AS (
    SELECT *, least_common_multiple(whole) OVER (PARTITION BY user_id, exam_type_id, local_date) AS common
    FROM (
        SELECT user_id, exam_type_id, local_date, whole, sum(part) AS part FROM slots
        WHERE part > 0 GROUP BY user_id, exam_type_id, local_date, whole
    ) parts
), sums AS (
    SELECT user_id, exam_type_id, local_date, sum(part * div(common, whole)) AS part, max(common) AS whole
    FROM shares GROUP BY user_id, exam_type_id, local_date
)
UPDATE attempt_days d SET rest_numerator = div(1000 * part - score_tenths * whole, gcd(1000 * part, whole)),
    rest_denominator = div(whole, gcd(1000 * part, whole))
FROM sums WHERE sums.user_id = d.user_id AND sums.exam_type_id = d.exam_type_id AND sums.local_date = d.local_date
"""


def upgrade() -> None:
    op.execute(
        "CREATE AGGREGATE least_common_multiple(numeric) (SFUNC = lcm, STYPE = numeric, INITCOND = '1', "
        "PARALLEL = SAFE)"
    )
    op.add_column(
        "attempt_days", sa.Column("rest_numerator", sa.Numeric, nullable=False, server_default=sa.text("0"))
    )
    op.add_column(
        "attempt_days", sa.Column("rest_denominator", sa.Numeric, nullable=False, server_default=sa.text("1"))
    )
    op.create_check_constraint("attempt_days_rest_check", "attempt_days", "rest_denominator > 0")
    op.execute(_REST)


def downgrade() -> None:
    op.drop_column("attempt_days", "rest_denominator")
    op.drop_column("attempt_days", "rest_numerator")
    op.execute("DROP AGGREGATE least_common_multiple(numeric)")
