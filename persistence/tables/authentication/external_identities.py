"""Tables of external identities and of sign-ins that are under way."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from persistence.statements import ID, MOMENT, metadata

external_identities = Table(
    "external_identities",
    metadata,
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("linked_at", MOMENT, nullable=False),
    PrimaryKeyConstraint("issuer", "subject"),
    UniqueConstraint("user_id", "issuer"),
)


sign_in_flows = Table(
    "sign_in_flows",
    metadata,
    Column("state_digest", Text(collation="C"), primary_key=True),
    Column("secret_digest", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Index("sign_in_flows_expires_at_idx", "expires_at"),
)
