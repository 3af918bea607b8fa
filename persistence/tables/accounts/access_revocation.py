"""The table of access tokens revoked before they expire."""

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Table, text

from persistence.statements import ID, MOMENT, metadata

access_changes = Table(
    "access_changes",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    # The transaction that wrote the row: unlike ids and times, it shows which rows may still become visible.
    Column("written_by", BigInteger, nullable=False, server_default=text("txid_current()"), index=True),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("session_id", ID),
    Column("version", BigInteger, nullable=False),
    Column("happened_at", MOMENT, nullable=False),
)
