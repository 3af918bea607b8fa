"""Units of work: every store on one connection, with signals that wait for the commit."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

from domain.signals import Signal, Signals
from domain.work import Meter
from persistence.access import SqlAccess
from persistence.analytics import SqlAnalytics
from persistence.api_keys import SqlApiKeys
from persistence.attempts import SqlAttempts
from persistence.audit import SqlAudit
from persistence.counts import Counts
from persistence.dashboards import SqlDashboards
from persistence.engine import Borrowed, Connection, Database
from persistence.enrolments import SqlEnrolments
from persistence.erasure import SqlErasure
from persistence.exam_types import SqlExamTypes
from persistence.exports import SqlExports
from persistence.external_identities import SqlExternalIdentities
from persistence.field_usage import SqlFieldUsages
from persistence.goals import SqlGoals
from persistence.holders import SqlHolders
from persistence.idempotency import SqlReceipts
from persistence.import_reports import SqlImportReports
from persistence.leaderboard_projection import SqlProjection
from persistence.leaderboards import SqlBoards
from persistence.mails import SqlMails
from persistence.one_time_tokens import SqlOneTimeTokens
from persistence.privacy import SqlPrivacies
from persistence.questions import SqlQuestions
from persistence.quizzes import SqlQuizzes
from persistence.roadmap_nodes import SqlNodes
from persistence.roadmaps import SqlRoadmaps
from persistence.roles import SqlRoles
from persistence.sessions import SqlSessions
from persistence.streaks import SqlStreaks
from persistence.submissions import SqlSubmissions
from persistence.throttles import SqlThrottles
from persistence.trusted_documents import SqlTrustedDocuments
from persistence.users import SqlUsers
from persistence.xp import SqlXp

S = TypeVar("S")


class _Store(Generic[S]):
    """A store that is made when it is first asked for: an operation needs two or three of them."""

    def __init__(self, made: Callable[[Connection], S]) -> None:
        self._made = made

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, work: "SqlWork", _owner: type) -> S:
        store = self._made(work.connection)
        work.__dict__[self._name] = store  # found before this descriptor from now on
        return store


class SqlWork:
    """All stores on one connection."""

    users = _Store(SqlUsers)
    sessions = _Store(SqlSessions)
    access = _Store(SqlAccess)
    audit = _Store(SqlAudit)
    privacies = _Store(SqlPrivacies)
    exports = _Store(SqlExports)
    erasure = _Store(SqlErasure)
    roles = _Store(SqlRoles)
    api_keys = _Store(SqlApiKeys)
    receipts = _Store(SqlReceipts)
    xp = _Store(SqlXp)
    streaks = _Store(SqlStreaks)
    analytics = _Store(SqlAnalytics)
    exam_types = _Store(SqlExamTypes)
    quizzes = _Store(SqlQuizzes)
    questions = _Store(SqlQuestions)
    import_reports = _Store(SqlImportReports)
    boards = _Store(SqlBoards)
    boards_projection = _Store(SqlProjection)
    roadmaps = _Store(SqlRoadmaps)
    nodes = _Store(SqlNodes)
    enrolments = _Store(SqlEnrolments)
    attempts = _Store(SqlAttempts)
    submissions = _Store(SqlSubmissions)
    goals = _Store(SqlGoals)
    dashboards = _Store(SqlDashboards)
    mails = _Store(SqlMails)
    holders = _Store(SqlHolders)
    one_time_tokens = _Store(SqlOneTimeTokens)
    throttles = _Store(SqlThrottles)
    external_identities = _Store(SqlExternalIdentities)
    field_usages = _Store(SqlFieldUsages)
    trusted_documents = _Store(SqlTrustedDocuments)

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.signals: list[Signal] = []

    def emit(self, signal: Signal) -> None:
        """Keep a signal until the commit."""
        self.signals.append(signal)


class Reads:
    """Stores for reading, for the length of an `async with` block."""

    __slots__ = ("_borrowed",)

    def __init__(self, borrowed: Borrowed) -> None:
        self._borrowed = borrowed

    async def __aenter__(self) -> SqlWork:
        """Borrow a connection."""
        return SqlWork(await self._borrowed.__aenter__())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        """Give it back."""
        await self._borrowed.__aexit__(kind, error, trace)


class Steps(Reads):
    """Stores for a verb that writes in one statement, which is a transaction of its own."""

    __slots__ = ("_counts", "_signals", "_work")

    def __init__(self, borrowed: Borrowed, signals: Signals, counts: Counts) -> None:
        super().__init__(borrowed)
        self._signals = signals
        self._counts = counts

    async def __aenter__(self) -> SqlWork:
        """Borrow a connection."""
        self._work = await super().__aenter__()
        return self._work

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        """Give it back; then publish what was done."""
        await super().__aexit__(kind, error, trace)
        if error is None:
            self._counts.add(self._work.connection.counts)
            if self._work.signals:
                await self._signals.publish(self._work.signals)


class Postgres:
    """Opens units of work on a database and publishes their signals on a bus; `counts` is what they committed."""

    def __init__(self, database: Database, signals: Signals) -> None:
        self._database = database
        self._signals = signals
        self.counts = Counts()

    def open_reads(self, meter: Meter) -> Reads:
        """Open the stores for reading, without a transaction; concurrent readers open one each."""
        return Reads(self._database.connection(meter))

    def open_step(self, meter: Meter) -> Steps:
        """Open the stores without a transaction, for a verb that writes in one statement; then publish."""
        return Steps(self._database.connection(meter), self._signals, self.counts)

    @asynccontextmanager
    async def open_work(self, meter: Meter) -> AsyncIterator[SqlWork]:
        """Open the stores in one transaction: commit, then publish; an exception rolls all of it back."""
        async with self._database.transaction(meter) as connection:
            work = SqlWork(connection)
            yield work
        self.counts.add(connection.counts)
        if work.signals:
            await self._signals.publish(work.signals)
