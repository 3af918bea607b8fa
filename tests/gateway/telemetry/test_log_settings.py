"""Settings of the log: its level, SQL with its time, and the ids of requests, traces and jobs in every line."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.gateway.conftest import REGISTER
from tests.support.clients.prometheus import Samples
from tests.support.patience import PATIENCE_S
from tests.support.servers.gateway import ServerProcess, running_gateway
from tests.support.servers.log_lines import PRODUCTION, parsed
from tests.support.servers.otlp import OtlpCollector, collector
from tests.support.servers.smtp import mail_server

__all__ = ["collector"]

pytestmark = pytest.mark.slow
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
IDS = {"x-request-id": "request-of-ada", "traceparent": f"00-{TRACE_ID}-b7ad6b7169203331-01"}
TOKEN = "the token of the metrics"
CANARY = "canary-of-ada"


async def register(client: httpx.AsyncClient) -> None:
    """Create an account, whose mail a job sends."""
    new = {
        "email": f"{CANARY}@example.org",
        "password": f"{CANARY} battery staple",
        "handle": "canary_of_ada",
        "displayName": CANARY,
    }
    body = {"query": REGISTER, "variables": {"input": new}}
    response = await client.post("/graphql", json=body, headers=IDS)
    assert response.json()["data"]["register"]["user"], response.text


async def logged(process: ServerProcess, event: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not process.has_logged(f'"event":"{event}"'):
            await asyncio.sleep(0.02)


def lines_of(process: ServerProcess, *events: str) -> list[dict[str, Any]]:
    return [line for line in parsed(process.lines) if line["event"] in events]


@pytest.mark.parametrize(("level", "events"), [("debug", ["request_started", "operation"]), ("warning", [])])
async def test_the_level_decides_which_lines_the_log_has_and_not_what_is_counted(
    database_url: str, tmp_path: Path, level: str, events: list[str]
) -> None:
    settings = PRODUCTION | {"DATABASE_URL": database_url, "QUESTPATH_METRICS_TOKEN": TOKEN}
    with running_gateway(tmp_path, QUESTPATH_LOG_LEVEL=level, **settings) as process:
        async with httpx.AsyncClient(base_url=process.url, timeout=PATIENCE_S) as client:
            await client.post(
                "/graphql", json={"query": "query Some { viewer { user { id } } }"}, headers=IDS
            )
            bearer = {"authorization": f"Bearer {TOKEN}"}
            samples = Samples((await client.get("/metrics", headers=bearer)).text)

    lines = lines_of(process, "request_started", "operation")
    assert [line["event"] for line in lines] == events
    assert all(line["level"] == ("debug" if "started" in line["event"] else "info") for line in lines)
    assert all((line["request_id"], line["operation_name"]) == ("request-of-ada", "Some") for line in lines)
    assert samples("operation_requests_total", operation="Some", type="query") == 1


async def test_lines_of_a_request_its_job_and_its_mail_have_the_ids_of_all_three(
    database_url: str, collector: OtlpCollector, tmp_path: Path
) -> None:
    async with mail_server() as inbox:
        settings = PRODUCTION | {
            "DATABASE_URL": database_url,
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "QUESTPATH_PUBLIC_URL": "https://app.example.org",
            "QUESTPATH_MAIL_FROM": "QuestPath <no-reply@example.org>",
            "QUESTPATH_SMTP_URL": f"smtp://127.0.0.1:{inbox.port}",
            "QUESTPATH_LOG_SQL": "all",
            "QUESTPATH_LOG_SQL_SLOW_MS": "60000",
        }
        with running_gateway(tmp_path, "--with-worker", **settings) as process:
            async with httpx.AsyncClient(base_url=process.url, timeout=PATIENCE_S) as client:
                await register(client)
                await logged(process, "mail_sent")

    named = lines_of(process, "operation", "slow_operation", "registered", "mail_sent")
    assert len(named) == 3
    assert {(line.get("request_id"), line.get("trace_id")) for line in named} == {
        ("request-of-ada", TRACE_ID)
    }
    (sent,) = lines_of(process, "mail_sent")
    assert sent["job_id"].startswith("job_")
    of_job = [line for line in lines_of(process, "sql") if line.get("job_id") == sent["job_id"]]
    assert any("UPDATE mails" in line["statement"] for line in of_job)
    assert {(line["request_id"], line["trace_id"]) for line in of_job} == {("request-of-ada", TRACE_ID)}


async def test_sql_is_logged_with_its_time_and_without_values(database_url: str, tmp_path: Path) -> None:
    settings = PRODUCTION | {"DATABASE_URL": database_url, "QUESTPATH_LOG_SQL": "slow"}
    with running_gateway(tmp_path, QUESTPATH_LOG_SQL_SLOW_MS="0", **settings) as process:
        async with httpx.AsyncClient(base_url=process.url, timeout=PATIENCE_S) as client:
            await register(client)

    lines = [line for line in lines_of(process, "slow_sql") if line.get("request_id") == "request-of-ada"]
    (insert,) = [line for line in lines if "INSERT INTO users " in line["statement"]]
    assert "$1" in insert["statement"]
    assert (insert["level"], insert["rows"], insert["trace_id"]) == ("warning", 1, TRACE_ID)
    assert insert["ms"] > 0
    assert [secret for secret in (CANARY, "canary_of_ada") if secret in "".join(process.lines)] == []
