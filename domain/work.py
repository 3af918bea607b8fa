"""The unit of work: every store, seen through one connection and one transaction."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from domain.access import Access
from domain.analytics import Analytics
from domain.api_keys import ApiKeys
from domain.attempts import Attempts
from domain.audit import Audit
from domain.boards_projection import Projection
from domain.dashboards import Dashboards
from domain.enrolments import Enrolments
from domain.erasure import Erasure
from domain.exports import Exports
from domain.external_identities import ExternalIdentities
from domain.field_usage import FieldUsages
from domain.goals import Goals
from domain.holders import Holders
from domain.idempotency import Receipts
from domain.import_reports import ImportReports
from domain.leaderboards import Boards
from domain.mails import Mails
from domain.one_time_tokens import OneTimeTokens
from domain.privacy import Privacies
from domain.questions import Questions
from domain.quizzes import ExamTypes, Quizzes
from domain.roadmaps import Nodes, Roadmaps
from domain.roles import Roles
from domain.sessions import Sessions
from domain.signals import Signal
from domain.streaks import Streaks
from domain.submissions import Submissions
from domain.throttles import Throttles
from domain.traces import Trace
from domain.trusted_documents import TrustedDocuments
from domain.users import Users
from domain.xp import Xp


class Meter:
    """What one operation cost: SQL statements, the seconds that the longest took, batches, and the keys in them.

    Where the operation is traced, `trace` is told of each.
    """

    __slots__ = ("batches", "keys", "longest_s", "statements", "trace")

    def __init__(self, trace: Trace | None = None) -> None:
        self.statements = 0
        self.longest_s = 0.0
        self.batches = 0
        self.keys = 0
        self.trace = trace


class Work(Protocol):
    """All stores on one connection; `emit` keeps a signal until the commit has happened."""

    @property
    def users(self) -> Users:
        """Accounts and public profiles."""

    @property
    def sessions(self) -> Sessions:
        """Sessions and their refresh tokens."""

    @property
    def access(self) -> Access:
        """What ended access before its token did."""

    @property
    def audit(self) -> Audit:
        """What was done, by whom and from where; entries are never changed."""

    @property
    def privacies(self) -> Privacies:
        """Who sees what of a profile."""

    @property
    def exports(self) -> Exports:
        """Everything that is kept of a user, for the user."""

    @property
    def erasure(self) -> Erasure:
        """Accounts that are to be anonymised."""

    @property
    def roles(self) -> Roles:
        """Accounts as admins see them."""

    @property
    def api_keys(self) -> ApiKeys:
        """Keys with which other programs act for a user."""

    @property
    def receipts(self) -> Receipts:
        """What was done under which idempotency key."""

    @property
    def xp(self) -> Xp:
        """The ledger of XP."""

    @property
    def streaks(self) -> Streaks:
        """What every learner did on which local date."""

    @property
    def analytics(self) -> Analytics:
        """Daily roll-ups of graded attempts."""

    @property
    def exam_types(self) -> ExamTypes:
        """Exam types and their domains."""

    @property
    def quizzes(self) -> Quizzes:
        """Published quizzes."""

    @property
    def questions(self) -> Questions:
        """Questions and, apart from them, their keys."""

    @property
    def boards(self) -> Boards:
        """Leaderboards, for reading."""

    @property
    def boards_projection(self) -> Projection:
        """Leaderboards, for bringing the ledger to them."""

    @property
    def roadmaps(self) -> Roadmaps:
        """Roadmaps and their versions."""

    @property
    def nodes(self) -> Nodes:
        """Nodes of roadmaps, with their prerequisites."""

    @property
    def enrolments(self) -> Enrolments:
        """Who learns on which roadmap, and how far they are."""

    @property
    def attempts(self) -> Attempts:
        """Attempts at quizzes and their slots."""

    @property
    def submissions(self) -> Submissions:
        """Attempts that are handed in."""

    @property
    def import_reports(self) -> ImportReports:
        """Reports of the imports that were done."""

    @property
    def goals(self) -> Goals:
        """Goals and their moves."""

    @property
    def dashboards(self) -> Dashboards:
        """Everything that a dashboard shows, at once."""

    @property
    def mails(self) -> Mails:
        """Letters that wait to be sent."""

    @property
    def holders(self) -> Holders:
        """Addresses and password hashes of accounts."""

    @property
    def one_time_tokens(self) -> OneTimeTokens:
        """Secrets that came by mail."""

    @property
    def throttles(self) -> Throttles:
        """How often what was tried."""

    @property
    def external_identities(self) -> ExternalIdentities:
        """Who somebody is elsewhere."""

    @property
    def trusted_documents(self) -> TrustedDocuments:
        """Documents that the apps of this house may send."""

    @property
    def field_usages(self) -> FieldUsages:
        """Which fields are asked for, and by which apps."""

    def emit(self, signal: Signal) -> None:
        """Send `signal` once the transaction is committed; a rolled-back one sends nothing."""


OpenWork = Callable[[Meter], AbstractAsyncContextManager[Work]]
"""Opens stores: as one transaction (`open_work`) or for reading without one (`open_reads`)."""
