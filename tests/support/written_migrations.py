"""Migrations that a test writes: 9001, alone or after those of the checkout."""

import textwrap
from pathlib import Path

from alembic.config import Config

from gateway.databases import migrations

WRITTEN = "9001"


def a_migration(folder: Path, statements: str, *, url: str = "", after: str | None = None) -> Config:
    """Write a migration with `statements` and return a configuration that knows it."""
    versions = folder / "versions"
    versions.mkdir(parents=True)
    body = textwrap.indent(textwrap.dedent(statements).strip(), "    ")
    (versions / f"{WRITTEN}_seeds.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nfrom migrations import batches, locks\n\n"
        f"revision = {WRITTEN!r}\ndown_revision = {after!r}\n\n\ndef upgrade() -> None:\n{body}\n"
    )
    configuration = migrations.config(url)
    places = [versions] if after is None else [migrations.FOLDER / "versions", versions]
    configuration.set_main_option("version_locations", ":".join(map(str, places)))
    configuration.set_main_option("path_separator", "os")
    return configuration
