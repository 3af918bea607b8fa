"""E-mail addresses beyond ASCII in their one spelling (NFKC), by which they are looked up."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

_SPELLED = "lower(normalize(email, NFKC))"
_BEYOND_ASCII = r"email ~ '[^\x01-\x7f]'"


def upgrade() -> None:
    """Respell addresses. Of several accounts with one spelling the oldest gets it, and the others stay as they are."""
    op.execute(
        sa.text(f"""
            WITH spelled AS (
                SELECT DISTINCT ON ({_SPELLED}) id, {_SPELLED} AS spelling
                FROM users WHERE {_BEYOND_ASCII} ORDER BY {_SPELLED}, email = {_SPELLED} DESC, id
            )
            UPDATE users SET email = spelling FROM spelled
            WHERE users.id = spelled.id AND NOT EXISTS (SELECT FROM users other WHERE other.email = spelling)
        """)  # noqa: S608 - constants
    )
    op.execute(sa.text(f"UPDATE one_time_tokens SET email = {_SPELLED} WHERE {_BEYOND_ASCII}"))  # noqa: S608


def downgrade() -> None:
    """Leave the addresses: the code before this looks them up as they are stored."""
