"""Client programs of Postgres: the one that fits the server, and no password where others can see it."""

import os
from pathlib import Path

import pytest

from gateway.databases import client_programs, postgres_binaries
from gateway.databases.client_programs import ProgramMissingError


def a_program(folder: Path, major: int) -> Path:
    """Write a program that says that it is pg_dump of a version."""
    path = folder / str(major) / "bin" / "pg_dump"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {major}.3 (Debian {major}.3-1)'\n")
    path.chmod(0o755)
    return path


def test_the_program_of_the_servers_version_is_used_or_the_nearest_newer_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(postgres_binaries, "FOLDERS", (str(tmp_path),))
    made = {major: a_program(tmp_path, major) for major in (21, 22, 24)}

    assert client_programs.find("pg_dump", server=22).path == made[22]
    assert client_programs.find("pg_dump", server=23).path == made[24]
    assert client_programs.find("pg_dump", server=21, oldest=22).path == made[22]


def test_a_server_before_17_needs_a_program_before_17(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(postgres_binaries, "FOLDERS", (str(tmp_path),))
    monkeypatch.setenv("PATH", str(tmp_path))
    a_program(tmp_path, 17)

    with pytest.raises(ProgramMissingError, match=r"17, 18 does not fit Postgres 15: .*postgresql-client-15"):
        client_programs.find("pg_dump", server=15)
    with pytest.raises(ProgramMissingError, match="use a server of Postgres 17 or newer"):
        client_programs.find("pg_restore", server=15, oldest=18)

    made = a_program(tmp_path, 16)
    assert client_programs.find("pg_dump", server=15).path == made


def test_an_older_program_than_the_server_is_refused_with_what_to_do() -> None:
    with pytest.raises(ProgramMissingError, match=r"does not fit Postgres 99: .*postgresql-client-99"):
        client_programs.find("pg_dump", server=99)
    with pytest.raises(ProgramMissingError, match=r"pg_dmup is missing for Postgres 18"):
        client_programs.find("pg_dmup", server=18)


@pytest.mark.parametrize(
    ("url", "shown", "password"),
    [
        ("postgresql://u:p%40ss@db/quest?sslmode=require", "postgresql://u@db/quest?sslmode=require", "p@ss"),
        ("postgresql://u@a:1,b:2/quest", "postgresql://u@a:1,b:2/quest", None),
        ("postgresql:///quest?host=%2Frun&password=p%40ss", "postgresql:///quest?host=%2Frun", "p@ss"),
    ],
)
def test_the_password_is_in_the_environment_and_not_in_the_address(
    url: str, shown: str, password: str | None
) -> None:
    environment = client_programs.environment(url)

    assert client_programs.address(url) == shown
    assert environment.get("PGPASSWORD") == password


def test_programs_get_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUESTPATH_SECRET", "canary")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:canary@db/quest")
    monkeypatch.setenv("PGSSLROOTCERT", "/etc/ca.pem")

    given = client_programs.environment("postgresql://u@db/quest")

    assert "canary" not in given.values()
    assert given["PGSSLROOTCERT"] == "/etc/ca.pem"
    assert given["PATH"] == os.environ["PATH"]
