"""Slow queries: with the file in deploy/ Debian's Postgres logs plans and counts statements, and the command shows them."""

import shutil
from pathlib import Path

import httpx

from gateway.commands.databases import reports
from tests.deployment.clusters import Cluster, initialised, running_postgres
from tests.deployment.programs import eventually
from tests.support import command_line
from tests.support.monitoring_files import PROMETHEUS
from tests.support.servers.gateway import running_gateway

CONFIGURATION = PROMETHEUS.parent / "postgres" / "slow-queries.conf"
QUERY = "query Learners { users { nodes { handle } } }"


def configured(folder: Path) -> Cluster:
    """Make a cluster whose configuration includes the file."""
    cluster = initialised(folder)
    shutil.copy(CONFIGURATION, cluster.data)
    with (cluster.data / "postgresql.conf").open("a") as file:
        file.write(f"include = '{CONFIGURATION.name}'\n")
    return cluster


async def test_plans_of_our_statements_are_logged_and_statements_are_counted(tmp_path: Path, capsys) -> None:
    cluster = configured(tmp_path / "postgres")
    log = cluster.folder / "postgres.log"
    every_statement_is_slow = {"auto_explain.log_min_duration": "0"}
    with (
        running_postgres(cluster, fsync="off", **every_statement_is_slow),
        running_gateway(tmp_path, DATABASE_URL=cluster.url) as gateway,
    ):
        cluster.sql("CREATE EXTENSION pg_stat_statements")
        before = len(log.read_text())
        async with httpx.AsyncClient() as client:
            response = await client.post(f"{gateway.url}/graphql", json={"query": QUERY})
        eventually(lambda: "Scan" in log.read_text()[before:])
        await command_line.run(cluster.url, "database report --limit 5000")
        printed = capsys.readouterr().out

    assert response.json()["data"]["users"]["nodes"]
    logged = log.read_text()[before:]
    assert "Query Text: SELECT users." in logged
    assert "actual rows=" in logged
    assert "Buffers: shared hit=" in logged
    title, _ = reports._TITLES["statements"]
    assert "SELECT users." in printed.partition(title)[2]


def test_fast_statements_are_not_logged(tmp_path: Path) -> None:
    cluster = configured(tmp_path / "postgres")
    log = cluster.folder / "postgres.log"

    with running_postgres(cluster, fsync="off"):
        cluster.sql("SELECT 'fast'")
        cluster.sql("SELECT 'slow', pg_sleep(0.25)")
        eventually(lambda: "slow" in log.read_text())

    assert "SELECT 'fast'" not in log.read_text()
