"""The table of e-mail preferences; a user without a row wants no mails but those about the account."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Table, text

from persistence.statements import ID, MOMENT, metadata

email_preferences = Table(
    "email_preferences",
    metadata,
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("weekly_digest", Boolean, nullable=False),
    Column("digest_monday", Date),
    Column("click_counting", Boolean, nullable=False, server_default=text("false")),
    Column("marketing", Boolean, nullable=False, server_default=text("false")),
    Column("marketing_changed_at", MOMENT),
    Column("changed_at", MOMENT, nullable=False),
)
