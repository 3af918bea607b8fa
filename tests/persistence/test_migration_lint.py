"""Lint of migrations: squawk reads the SQL of each one and finds what would hold up a running gateway."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from gateway.databases import migrations
from tests.support.written_migrations import WRITTEN, a_migration

ROOT = Path(__file__).parents[2]
SQUAWK = Path(sys.executable).with_name("squawk")
NO_INSTALLATIONS = "Written before the first installation, so that every table was empty."
ALLOWED = {
    "adding-field-with-default": "0037 0048 0070 0071",
    "adding-foreign-key-constraint": "0022 0035 0042 0043 0047 0048 0051 0070 0071 0075",
    "adding-not-nullable-field": "0056 0073",
    "ban-drop-column": "0029",
    "ban-drop-constraint": "0015 0018 0043 0044 0047 0057 0060 0070 0071",
    "ban-drop-not-null": "0012 0042 0043 0075",
    "ban-drop-table": "0072",
    "changing-column-type": "0038",
    "constraint-missing-not-valid": "0021 0022 0024 0035 0042 0043 0044 0047 0048 0051 0057 0060 0070 0071 0075",
    "require-concurrent-index-creation": "0014 0019 0020 0022 0025 0030 0033 0035 0037 0042 0043 0047 0048 0050 "
    "0051 0053 0056 0070 0071 0074 0075 0076",
    "require-concurrent-index-deletion": "0015 0018 0053",
}
"""Findings that stand, by rule. Those up to 0076 stand because of NO_INSTALLATIONS."""
REASONS = {
    ("0079", "ban-drop-constraint"): "The bound that a try before may have left.",
    (
        "0080",
        "ban-drop-constraint",
    ): "The bound, and a foreign key that is added again in the same transaction.",
    ("0080", "prefer-robust-stmts"): "A constraint that is valid already is validated at once.",
    (
        "0080",
        "renaming-object",
    ): "The index gives its name to that of the partitioned table in the same transaction.",
    ("0080", "renaming-table"): "The partitioned table takes the name in the same transaction.",
}
"""Why a finding in a later migration holds up nothing, by number and rule."""
_PART = re.compile(r"^-- Running (?:up|down)grade (\d*) -> (\d*)$", re.MULTILINE)


def sql_of(configuration: Config, steps: str) -> dict[str, str]:
    """Return the statements of each migration in `steps`, by its number, as `questpath migrate --sql` prints them."""
    configuration.output_buffer = io.StringIO()
    command.upgrade(configuration, steps, sql=True)
    head, *parts = _PART.split(configuration.output_buffer.getvalue())
    timeout = next(line for line in head.splitlines() if "lock_timeout" in line)
    return {
        number: f"{timeout}\nBEGIN;\n{text.rpartition('COMMIT;')[0]}COMMIT;\n"
        for number, text in zip(parts[1::3], parts[2::3], strict=True)
    }


def findings(scripts: dict[str, str], folder: Path) -> set[tuple[str, str]]:
    """Return what squawk finds, as numbers with rules."""
    for number, text in scripts.items():
        (folder / f"{number}.sql").write_text(text)
    ran = subprocess.run(
        [SQUAWK, "--config", ROOT / ".squawk.toml", "--reporter", "json", *sorted(folder.glob("*.sql"))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.startswith("["), ran.stderr
    return {(Path(found["file"]).stem, found["rule_name"]) for found in json.loads(ran.stdout)}


def test_a_migration_holds_up_no_running_gateway(tmp_path: Path) -> None:
    scripts = sql_of(migrations.config(""), f"base:{migrations.newest()}")
    allowed = {(number, rule) for rule, numbers in ALLOWED.items() for number in numbers.split()}

    found = findings(scripts, tmp_path)

    assert set(scripts) == set(migrations.numbers())
    assert found == allowed | set(REASONS)


def test_allowed_findings_end_with_the_first_migration_that_was_linted() -> None:
    assert max(number for numbers in ALLOWED.values() for number in numbers.split()) == "0076"


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        (
            'op.execute("ALTER TABLE users ADD COLUMN seed text NOT NULL DEFAULT gen_random_uuid()::text")',
            "adding-field-with-default",
        ),
        ('op.add_column("users", sa.Column("seed", sa.Text, nullable=False))', "adding-required-field"),
        ('op.create_index("seeds_idx", "users", ["seed"])', "require-concurrent-index-creation"),
        ('op.drop_index("seeds_idx", "users")', "require-concurrent-index-deletion"),
        ('op.alter_column("users", "seed", type_=sa.BigInteger)', "changing-column-type"),
        ('op.alter_column("users", "seed", new_column_name="kernel")', "renaming-column"),
        ('op.execute("SET lock_timeout = 0"); op.drop_column("users", "seed")', "ban-drop-column"),
    ],
)
def test_a_migration_that_would_hold_one_up_is_found(tmp_path: Path, statement: str, rule: str) -> None:
    scripts = sql_of(a_migration(tmp_path, statement), f"base:{WRITTEN}")

    assert (WRITTEN, rule) in findings(scripts, tmp_path)


def test_a_statement_without_a_limit_to_its_wait_is_found(tmp_path: Path) -> None:
    statement = 'op.add_column("users", sa.Column("seed", sa.Text))'
    (script,) = sql_of(a_migration(tmp_path, statement), f"base:{WRITTEN}").values()
    bare = script.partition("\n")[2]

    assert findings({WRITTEN: script}, tmp_path) == set()
    assert findings({WRITTEN: bare}, tmp_path) == {(WRITTEN, "require-lock-timeout")}


def test_the_ways_that_the_guide_names_are_not_found(tmp_path: Path) -> None:
    statement = """
        op.add_column("users", sa.Column("seed", sa.Text))
        batches.fill("users", "seed = id", where="seed IS NULL")
        op.execute("ALTER TABLE users ADD CONSTRAINT users_seed_check CHECK (seed IS NOT NULL) NOT VALID")
        locks.create_index("seeds_idx", "users", ["seed"])
        op.execute("ALTER TABLE users VALIDATE CONSTRAINT users_seed_check")
        locks.drop_index("seeds_idx")
    """
    scripts = sql_of(a_migration(tmp_path, statement), f"base:{WRITTEN}")

    assert findings(scripts, tmp_path) == set()
