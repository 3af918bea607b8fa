"""Error reports: a server with Sentry's protocol gets types, places and ids of defects, and no value of any kind."""

import logging
import subprocess
import sys
from typing import Any

import pytest
import sentry_sdk

from domain.errors import InvalidInputError
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.error_reports.events import Event
from gateway.error_reports.reports import MOST_IN_A_MINUTE, ErrorReports
from gateway.error_reports.sentry_client import SentryClient
from gateway.jobs.handlers import InSteps, JobContext
from gateway.telemetry.job_metrics import JobMetrics
from gateway.telemetry.job_observer import JobObserver
from gateway.telemetry.operation_outcomes import OperationOutcome
from tests.builders.jobs import CountArguments, a_kind
from tests.gateway.conftest import Live, running
from tests.support.queue_workers import ended, queued, working
from tests.support.schema_client import Asker
from tests.support.servers.sentry import sentry_server

QUERY = "query Boards($first: Int, $after: Cursor) { users(first: $first, after: $after) { nodes { id } } }"
CANARY = "canary"


class KeptClient:
    """A client that keeps events."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def capture(self, event: Event) -> None:
        self.events.append(event)

    def close(self) -> None:
        pass


def break_reads(live: Live) -> None:
    """Let each read of the gateway fail in Postgres by a value, and the failure be wrapped in a message with another."""
    postgres = live.app.pipeline.ports.open_work

    class Broken:
        async def __aenter__(self) -> Any:
            local = "canary-local"
            try:
                async with postgres(Meter()) as work:
                    await work.connection.raw.fetch("SELECT $1::text::int", "canary-sql")
            except Exception as error:
                raise RuntimeError(f"canary-message {local}") from error

        async def __aexit__(self, *_: object) -> None:
            pass

    live.app.pipeline.ports.open_reads = lambda _meter: Broken()


async def test_a_defect_of_an_operation_is_reported_without_any_value(database_url: str) -> None:
    with sentry_server() as sentry:
        async with running(database_url, sentry_dsn=sentry.dsn, sentry_traces=1) as live:
            token = await live.register("ada")
            break_reads(live)
            response = await live.client.post(
                "/graphql",
                json={"query": QUERY, "variables": {"first": 3, "after": None, "extra": "canary-variable"}},
                headers={
                    "authorization": f"Bearer {token}",
                    "cookie": "session=canary-cookie",
                    "x-secret": "canary-header",
                    "x-request-id": "request-of-the-test",
                },
            )

    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    (defect,) = sentry.defects
    types = [each["type"] for each in defect["exception"]["values"]]
    assert types == ["InvalidTextRepresentationError", "RuntimeError"]
    assert defect["tags"] == {
        "request_id": "request-of-the-test",
        "operation_name": "Boards",
        "operation_type": "query",
        "transport": "http",
        "sqlstate": "22P02",
    }
    frames = defect["exception"]["values"][-1]["stacktrace"]["frames"]
    assert any(frame["in_app"] and frame["filename"].startswith("resolvers/") for frame in frames)
    assert all(frame.keys() == {"filename", "function", "lineno", "in_app"} for frame in frames)
    (run,) = [run for run in sentry.runs if run["transaction"] == "Boards"]
    assert run["contexts"]["trace"]["status"] == "internal_error"
    assert run["timestamp"] > run["start_timestamp"]
    everything = b"".join(sentry.raw).decode()
    assert CANARY not in everything
    assert token not in everything
    assert "ada@example.org" not in everything


async def test_a_defect_of_a_job_is_reported_with_its_kind_and_not_its_arguments(
    ask: Asker, database_url: str
) -> None:
    ask.ports.now = secrets_and_ids.now
    kind = a_kind(name="bad")

    async def fail(context: JobContext, arguments: CountArguments) -> None:
        raise OSError(f"canary-message {arguments.to}")

    with sentry_server() as sentry:
        client = SentryClient(sentry.dsn, "development")
        observer = JobObserver(JobMetrics(), report=ErrorReports(client, 1).job_ended)
        job = await queued(ask.ports, kind, to=987_654_321)
        async with working(ask.ports, database_url, (kind, InSteps(fail)), observer=observer):
            await ended(ask.ports, job)
        client.close()

    assert [defect["tags"]["job_kind"] for defect in sentry.defects] == ["bad"] * len(sentry.defects)
    assert sentry.defects[0]["tags"]["job_id"] == job.id
    assert sentry.defects[0]["exception"]["values"][-1]["type"] == "OSError"
    assert {run["transaction"] for run in sentry.runs} == {"job bad"}
    assert CANARY not in str(sentry.raw)
    assert "987654321" not in str(sentry.raw)


async def test_a_refusal_of_a_job_is_no_defect() -> None:
    client, job = KeptClient(), type("Job", (), {"id": "1", "kind": "k", "queue": "q", "attempts": 1})

    ErrorReports(client, 0).job_ended(job, 0.1, InvalidInputError("A rule."), None)

    assert client.events == []


async def test_a_share_of_operations_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    client, drawn = KeptClient(), iter([0.05, 0.5, 0.09, 0.99])
    reports = ErrorReports(client, 0.1, fraction=lambda: next(drawn))

    for number in range(4):
        outcome = OperationOutcome(f"req_{number}", operation_type="query")
        reports.operation_ended(outcome, 0.25, is_failed=False)

    assert [event["tags"]["request_id"] for event in client.events] == ["req_0", "req_2"]


async def test_a_storm_of_defects_is_reported_in_part() -> None:
    client = KeptClient()
    reports = ErrorReports(client, 0, clock=lambda: 1_000.0)

    for number in range(3 * MOST_IN_A_MINUTE):
        outcome = OperationOutcome(f"req_{number}", operation_type="query")
        reports.defect(RuntimeError(), outcome.request_id)
        reports.operation_ended(outcome, 0.1, is_failed=True)

    assert len(client.events) == MOST_IN_A_MINUTE


async def test_a_server_that_does_not_answer_holds_up_no_operation(database_url: str) -> None:
    async with running(database_url, sentry_dsn="http://key@127.0.0.1:1/1", sentry_traces=1) as live:
        break_reads(live)
        response = await live.post(QUERY)

    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"


def test_the_client_patches_nothing() -> None:
    before = sys.excepthook, logging.Logger.callHandlers, subprocess.Popen.__init__

    with sentry_server() as sentry:
        client = SentryClient(sentry.dsn, "development")
        after = sys.excepthook, logging.Logger.callHandlers, subprocess.Popen.__init__
        client.close()

    assert after == before
    assert not sentry_sdk.get_client().is_active()


def test_without_an_address_the_sdk_is_not_even_imported() -> None:
    program = "import sys, gateway.app, gateway.commands.workers; print('sentry_sdk' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
