"""The table of service reports: a row for each trouble that a process sees now."""

from sqlalchemy import Column, Table

from persistence.statements import ID, MOMENT, metadata

service_reports = Table(
    "service_reports",
    metadata,
    Column("process_id", ID, primary_key=True),
    Column("cause", ID, primary_key=True),
    Column("state", ID, nullable=False),
    Column("since", MOMENT, nullable=False),
    Column("seen_at", MOMENT, nullable=False),
)
