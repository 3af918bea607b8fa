"""The wheel: it holds every file that the product reads, and runs outside the checkout."""

import subprocess
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.support.fixtures import DatabaseAdmin
from tests.support.installations import Installation, InstalledServer, installed
from tests.support.servers.gateway import ROOT, free_port, running

pytestmark = pytest.mark.slow
PACKAGES = ("gateway", "graph", "resolvers", "domain", "persistence", "migrations", "content")
NOT_SHIPPED = {"__pycache__", ".gitignore", ".DS_Store", "node_modules"}
ROADMAPS = "{ roadmaps(first: 3) { nodes { title author { displayName } } } }"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return installed(tmp_path_factory.mktemp("installation"))


def files_of_the_packages() -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and not NOT_SHIPPED & set(path.parts)
    }


def test_the_wheel_holds_every_file_of_the_packages(installation: Installation) -> None:
    with zipfile.ZipFile(installation.wheel) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert names == files_of_the_packages()
    for needed in (
        "migrations/env.py",
        "content/prompts/chat/v1.md",
        "content/passwords/long.txt",
        "gateway/endpoints/graphiql/page.html",
        "gateway/mail/message.mjml",
        "gateway/printouts/document.typ",
    ):
        assert needed in names


def test_an_installation_does_not_see_the_checkout(installation: Installation, tmp_path: Path) -> None:
    where = "import gateway, content, migrations, sys; print(gateway.__file__, *content.__path__, *sys.path)"
    printed = subprocess.run(
        [installation.python, "-c", where], cwd=tmp_path, capture_output=True, text=True, check=True, env={}
    ).stdout.split()

    assert printed[0].startswith(str(installation.folder))
    assert printed[1].startswith(str(installation.folder))
    assert str(ROOT) not in printed


def test_an_installation_migrates_seeds_and_serves(
    installation: Installation, server_url: str, database_admin: DatabaseAdmin, tmp_path: Path
) -> None:
    database_admin.execute("CREATE DATABASE of_the_wheel").result()
    given = {"DATABASE_URL": f"{server_url.rpartition('/')[0]}/of_the_wheel"}

    migrated = installation.run("migrate", folder=tmp_path, **given)
    server = InstalledServer(installation, free_port(), ["serve"], given, tmp_path)
    with running(server):
        page = httpx.get(f"{server.url}/graphql", headers={"accept": "text/html"})
        script = httpx.get(f"{server.url}/graphiql/graphiql.js")
        start = httpx.get(server.url)
        answer = httpx.post(f"{server.url}/graphql", json={"query": ROADMAPS}).json()
    database_admin.execute("DROP DATABASE of_the_wheel WITH (FORCE)").result()

    assert "The database is at migration" in migrated
    assert (page.status_code, script.status_code, start.status_code) == (200, 200, 200)
    assert len(answer["data"]["roadmaps"]["nodes"]) == 3
    assert not (tmp_path / ".data" / "postgres").exists()


def test_an_installation_reads_templates_prompts_and_fonts(
    installation: Installation, tmp_path: Path
) -> None:
    script = """
from gateway.ai import prompt_files
from gateway.mail import mail_templates
print(mail_templates.message_template(), len(prompt_files.shipped()))
"""
    subprocess.run([installation.python, "-c", script], cwd=tmp_path, check=True, env={})
