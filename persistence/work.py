"""Units of work: every store on one connection, with signals that wait for the commit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.signals import Signal, Signals
from domain.work import Meter
from persistence.analytics import SqlAnalytics
from persistence.attempts import SqlAttempts
from persistence.dashboards import SqlDashboards
from persistence.engine import Connection, Database
from persistence.enrolments import SqlEnrolments
from persistence.exam_types import SqlExamTypes
from persistence.goals import SqlGoals
from persistence.idempotency import SqlReceipts
from persistence.import_reports import SqlImportReports
from persistence.leaderboard_projection import SqlProjection
from persistence.leaderboards import SqlBoards
from persistence.questions import SqlQuestions
from persistence.quizzes import SqlQuizzes
from persistence.roadmap_nodes import SqlNodes
from persistence.roadmaps import SqlRoadmaps
from persistence.sessions import SqlSessions
from persistence.streaks import SqlStreaks
from persistence.users import SqlUsers
from persistence.xp import SqlXp


class SqlWork:
    """All stores on one connection."""

    def __init__(self, connection: Connection) -> None:
        self.users = SqlUsers(connection)
        self.sessions = SqlSessions(connection)
        self.receipts = SqlReceipts(connection)
        self.xp = SqlXp(connection)
        self.streaks = SqlStreaks(connection)
        self.analytics = SqlAnalytics(connection)
        self.exam_types = SqlExamTypes(connection)
        self.quizzes = SqlQuizzes(connection)
        self.questions = SqlQuestions(connection)
        self.import_reports = SqlImportReports(connection)
        self.boards = SqlBoards(connection)
        self.boards_projection = SqlProjection(connection)
        self.roadmaps = SqlRoadmaps(connection)
        self.nodes = SqlNodes(connection)
        self.enrolments = SqlEnrolments(connection)
        self.attempts = SqlAttempts(connection)
        self.goals = SqlGoals(connection)
        self.dashboards = SqlDashboards(connection)
        self.signals: list[Signal] = []

    def emit(self, signal: Signal) -> None:
        """Keep a signal until the commit."""
        self.signals.append(signal)


class Postgres:
    """Opens units of work on a database and publishes their signals on a bus."""

    def __init__(self, database: Database, signals: Signals) -> None:
        self._database = database
        self._signals = signals

    @asynccontextmanager
    async def open_reads(self, meter: Meter) -> AsyncIterator[SqlWork]:
        """Open the stores for reading, without a transaction; concurrent readers open one each."""
        async with self._database.connection(meter) as connection:
            yield SqlWork(connection)

    @asynccontextmanager
    async def open_work(self, meter: Meter) -> AsyncIterator[SqlWork]:
        """Open the stores in one transaction: commit, then publish; an exception rolls all of it back."""
        async with self._database.transaction(meter) as connection:
            work = SqlWork(connection)
            yield work
        if work.signals:
            await self._signals.publish(work.signals)
