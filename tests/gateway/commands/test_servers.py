"""Command `serve`: the address that it prints, and what it refuses before it listens."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from domain.unit_of_work import Meter
from gateway import cli
from gateway.authentication.password_hashing import Argon2Passwords
from gateway.commands import demo_passwords, servers
from gateway.databases import migrations
from gateway.demo_accounts import ACCOUNTS, PASSWORD
from gateway.settings.environment import Settings
from persistence.work import Postgres
from tests.builders import a_user
from tests.support.servers.gateway import free_port

ROOT = Path(cli.__file__).parent.parent


def serve(database_url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Serve in production until the process ends by itself."""
    settings = {
        "QUESTPATH_ENV": "production",
        "QUESTPATH_SECRET": "x9" * 20,
        "QUESTPATH_HOSTS": "api.example.org",
        "QUESTPATH_PORT": str(free_port()),
        "DATABASE_URL": database_url,
        "REDIS_URL": "redis://127.0.0.1:1",
    }
    return subprocess.run(
        [sys.executable, "-m", "gateway.cli", "serve", *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [(), ("--workers", "2")])
@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("DROP TABLE alembic_version", "empty"),
        ("UPDATE alembic_version SET version_num = '0003'", "at migration 0003"),
    ],
)
async def test_a_database_that_is_behind_is_refused_with_the_command_to_run(
    database_url: str, change: str, found: str, arguments: tuple[str, ...]
) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(change)
    await connection.close()

    ended = serve(database_url, *arguments)

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == (
        f"questpath: The database is {found}, and this version needs {migrations.newest()};"
        " run questpath migrate.\n"
    )


@pytest.mark.slow
async def test_the_public_password_of_a_demo_account_is_refused(
    postgres: Postgres, database_url: str
) -> None:
    ada = ACCOUNTS[1]
    known = await Argon2Passwords(memory_kib=64, passes=1).hash(PASSWORD)
    async with postgres.open_work(Meter()) as work:
        await work.users.add(a_user(handle=ada.handle, email=ada.email, password_hash=known))

    ended = serve(database_url)

    assert ended.returncode == 2
    assert ended.stderr == (
        f"questpath: The demo account {ada.email} has its public password;"
        f" set another: questpath users set-password {ada.email}\n"
    )
    assert PASSWORD not in ended.stdout


async def test_another_password_of_a_demo_account_is_fine(postgres: Postgres) -> None:
    other = await Argon2Passwords(memory_kib=64, passes=1).hash("not " + PASSWORD)
    async with postgres.open_work(Meter()) as work:
        for account, password_hash in zip(ACCOUNTS, (other, None), strict=False):
            await work.users.add(
                a_user(handle=account.handle, email=account.email, password_hash=password_hash)
            )

    await demo_passwords.refuse(postgres)


@pytest.mark.parametrize(
    ("host", "overrides", "printed"),
    [
        ("127.0.0.1", {}, "http://localhost:"),
        ("127.0.0.1", {"env": "production"}, "http://127.0.0.1:"),
        ("0.0.0.0", {}, "http://0.0.0.0:"),  # noqa: S104 - what a container listens on
    ],
)
def test_development_prints_the_name_of_this_machine(
    host: str, overrides: dict[str, Any], printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server((host, 0)) as listener:
        servers._print_ready(Settings(**overrides), listener)

    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith(f"QuestPath is ready on {printed}")
