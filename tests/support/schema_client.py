"""Schema client of tests: runs documents against the whole schema, on real Postgres and without HTTP."""

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from domain.accounts.users import Role, User, Viewer
from domain.ids import SessionId, UserId
from domain.printouts.printers import Printing
from domain.webhooks.ports import WebhookPorts
from domain.webhooks.receiver_addresses import ReceiverRules
from gateway.feature_flags.flags import FeatureFlags
from gateway.mail.template_language import MjmlLanguage
from gateway.printouts.printout_folder import PrintoutFolder
from gateway.printouts.typst_printer import TypstPrinter
from gateway.service_status.circuit_breakers import CircuitBreakers
from gateway.service_status.status_board import StatusBoard
from gateway.spaced_review.fsrs_schedulers import FsrsSchedulers
from gateway.uploads.media_folder import MediaFolder
from gateway.uploads.upload_folder import UploadFolder
from gateway.webhooks.secret_sealer import SecretSealer
from gateway.workflows.conditions import SafeConditions
from graph.documents.limits import Limits
from graph.documents.operation_usage import coordinates_in
from graph.documents.prepared import DocumentCache, PreparedOperation, RefusedDocumentError
from graph.execution.error_masking import refused
from graph.execution.executor import Engine, Executor
from graph.schema import executable
from persistence.database import Database
from persistence.signals import LocalSignals
from persistence.work import Postgres
from resolvers.context import Context, Ports
from resolvers.request_info import RequestInfo
from tests.builders import a_user, mint
from tests.builders.mail import KEYS
from tests.fakes import FakePasswords, FakeTokens
from tests.fakes.webhooks import FakeWebhookSender
from tests.support.assistants import offline_assistant
from tests.support.subscriptions import subscribe

FILES = Path(tempfile.mkdtemp(prefix="questpath-"))
"""The folder of files of all tests of a process."""
ENGINE = Engine(os.environ.get("QUESTPATH_ENGINE", "compiled"))
"""The engine that runs the documents of all tests."""
needs_plans = pytest.mark.skipif(
    ENGINE is Engine.REFERENCE, reason="only compiled plans are counted, traced, shared and have lookahead"
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning: the time at which the clock of a test begins."""


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    moment: datetime = START

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class Asker:
    """Runs documents as a viewer.

    `defects` holds the causes of masked errors, `request_info` is that of every operation.
    """

    postgres: Postgres
    executor: Executor
    ports: Ports
    clock: Clock
    defects: list[BaseException] = field(default_factory=list)
    statements: int = 0
    request_info: RequestInfo = field(default_factory=RequestInfo)

    async def __call__(self, text: str, viewer: Viewer | None = None, /, **variables: Any) -> dict[str, Any]:
        """Run the one operation of `text` and return the whole response."""
        context = Context(self.ports, viewer, "request-of-a-test", find_request=lambda: self.request_info)
        try:
            prepared = self.executor.documents.prepare(text, None)
            prepared.measure(variables)
        except RefusedDocumentError as refusal:
            return refused(refusal.errors, context, lambda cause, _: self.defects.append(cause))
        response = await self.executor.run(prepared, variables, context)
        self.statements = context.meter.statements
        read: dict[str, Any] = orjson.loads(orjson.dumps(response))
        return read

    async def data(self, text: str, viewer: Viewer | None = None, /, **variables: Any) -> dict[str, Any]:
        """Run the operation and return its data; fail on any error."""
        response = await self(text, viewer, **variables)
        assert "errors" not in response, (response["errors"], self.defects)
        data: dict[str, Any] = response["data"]
        return data

    async def stream(self, text: str, viewer: Viewer | None = None, /, **variables: Any) -> Any:
        """Start the subscription of `text`; return the iterator of responses, or the response that refuses it."""
        prepared = self.executor.documents.prepare(text, None)
        context = Context(self.ports, viewer, "request-of-a-test")
        return await subscribe(self.executor, prepared, variables, context)

    def without_limits(self) -> "Asker":
        """Return the same with limits that no document of a test reaches."""
        log_defect = lambda cause, _: self.defects.append(cause)  # noqa: E731 - as `asker_on` has it
        return replace(self, executor=Executor(unlimited_documents(), log_defect=log_defect, engine=ENGINE))

    async def learner(self, **values: Any) -> tuple[User, Viewer]:
        """Store a user (see `a_user`) and return it with its viewer."""
        new = a_user(**values)
        async with self.postgres.open_work(Context(self.ports, None, "").meter) as work:
            user = await work.users.add(new)
        return user, viewer_of(user.id, *new.roles)


def document_cache(limits: Limits) -> DocumentCache:
    return DocumentCache(executable(), limits=limits, hide_suggestions=False)


@cache
def usual_documents() -> DocumentCache:
    """Return the cache of prepared documents that tests share: preparing them is a third of the CPU of a test."""
    return document_cache(Limits())


class WalkedDocuments(DocumentCache):
    """Keeps each document at its first use: preparing those of a walk takes five times as long as running them."""

    def prepare(self, text: str, operation_name: str | None) -> PreparedOperation:
        """Return the operation to run; raises RefusedDocumentError."""
        prepared = super().prepare(text, operation_name)
        self.kept.use(prepared, at_once=True)
        return prepared


@cache
def unlimited_documents() -> DocumentCache:
    """Return the cache of documents of walks through the whole schema."""
    most = 10**9
    limits = Limits(depth=most, aliases=most, fields=most, cost=most, tokens=most)
    return WalkedDocuments(executable(), limits=limits, hide_suggestions=False, largest=100 * most)


@asynccontextmanager
async def asker_on(database: Database, *, limits: Limits | None = None) -> AsyncIterator[Asker]:
    defects: list[BaseException] = []
    clock = Clock()
    signals = LocalSignals()
    postgres = Postgres(database, signals)
    breakers = CircuitBreakers()
    ports = Ports(
        open_reads=postgres.open_reads,
        open_step=postgres.open_step,
        open_work=postgres.open_work,
        signals=signals,
        passwords=FakePasswords(),
        tokens=FakeTokens(),
        refresh_secret=b"secret of a test",
        mail_keys=KEYS,
        now=clock,
        mint=mint,
        conditions=SafeConditions(),
        breakers=breakers,
        flags=FeatureFlags(),
        service_status=StatusBoard(),
        webhooks=WebhookPorts(
            rules=ReceiverRules(allows_local=False),
            sealer=SecretSealer([bytes(32)]),
            sender=FakeWebhookSender(),
        ),
        template_language=MjmlLanguage(),
        upload_files=UploadFolder(FILES / "uploads"),
        media_files=MediaFolder(FILES / "media"),
        schedulers=FsrsSchedulers(),
        assistant=offline_assistant(breakers, postgres.open_step, now=clock),
        printing=Printing(pdf=TypstPrinter(), files=PrintoutFolder(FILES / "printouts")),
        coordinates=coordinates_in(executable()),
    )
    documents = usual_documents() if limits is None else document_cache(limits)
    executor = Executor(documents, log_defect=lambda cause, _: defects.append(cause), engine=ENGINE)
    yield Asker(postgres, executor, ports, clock, defects)


def viewer_of(user_id: UserId, *roles: Role) -> Viewer:
    return Viewer(
        user_id=user_id, session_id=SessionId(mint("session")), roles=frozenset(roles or (Role.LEARNER,))
    )
