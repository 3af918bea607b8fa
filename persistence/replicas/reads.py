"""Reads of replicas: the stores on a replica; what it refuses, cancels or loses is read on the primary."""

from typing import Any

from domain.errors import UnavailableError
from domain.ids import UserId
from domain.unit_of_work import Meter
from persistence import postgres_refusals
from persistence.connection_lender import Lender
from persistence.database import Borrowed
from persistence.postgres_refusals import FAILURES, Reason
from persistence.replicas.readers import PRIMARY, Readers
from persistence.replicas.replica import ReplicaRun
from persistence.sql_connection import SqlConnection
from persistence.statements import Statement

_BUSY = "busy"
_LEFT = "left"


class ReplicaConnection(SqlConnection):
    """A connection to a replica; after the first failure it is one to the primary."""

    __slots__ = ("_primary", "_run")

    def __init__(self, run: ReplicaRun, primary: Lender, meter: Meter) -> None:
        super().__init__(run.replica.lender, meter)
        self._run = run
        self._primary = primary

    @property
    def is_replica(self) -> bool:
        """Whether it still reads the replica."""
        return self.lender is not self._primary

    async def borrow(self) -> None:
        """Borrow a connection to the replica, or else to the primary; raises UnavailableError if neither has one."""
        if self._run.is_over and self.is_replica:
            self._leave(None)
        if self.is_replica:
            try:
                await super().borrow()
            except (*FAILURES, UnavailableError) as error:
                self._leave(error)
            else:
                self._run.replica.lent.add(self.raw)
                return
        await super().borrow()

    def give_back(self, error: BaseException | None = None) -> None:
        """Give it back, unless that was done."""
        if self.is_lent and self.is_replica:
            self._run.replica.lent.discard(self.raw)
        super().give_back(error)

    async def _execute(self, call: Any, statement: Statement[Any], values: dict[str, Any]) -> Any:
        """Run the statement; one that the replica does not answer runs once more, on the primary.

        A replica may also lack a table of a newer migration, so its other errors are no verdict on the statement.
        """
        if not self.is_replica:
            return await super()._execute(call, statement, values)
        if not statement.is_read:
            self._leave(None)
            await self.borrow()
            return await super()._execute(call, statement, values)
        try:
            return await super()._execute(call, statement, values)
        except (*FAILURES, UnavailableError) as error:
            if not self.is_replica or _is_late(error):
                raise
            self._leave(error)
        await self.borrow()
        return await super()._execute(call, statement, values)

    async def _again(
        self, error: Exception, call: Any, statement: Statement[Any], arguments: list[Any]
    ) -> Any:
        if self.is_replica:
            raise error
        return await super()._again(error, call, statement, arguments)

    def _leave(self, error: BaseException | None) -> None:
        """Give the connection back, and read the primary from now on."""
        self.give_back(error)
        self.lender = self._primary
        self._run.replica.fallbacks[_reason(error)] += 1


class SeenBorrowed(Borrowed):
    """A connection to the primary for the reads of a user, who has seen afterwards what the primary shows."""

    __slots__ = ("_reader", "_readers")

    def __init__(self, lender: Lender, meter: Meter, readers: Readers, reader: UserId) -> None:
        super().__init__(lender, meter)
        self._readers = readers
        self._reader = reader

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        """Return it."""
        self._readers.note(self._reader)
        await super().__aexit__(kind, error, trace)


class ReplicaBorrowed(Borrowed):
    """A connection to a replica for an `async with` block."""

    __slots__ = ("_readers", "_run")

    _connection: ReplicaConnection

    def __init__(self, run: ReplicaRun, primary: Lender, meter: Meter, readers: Readers) -> None:
        super().__init__(primary, meter)
        self._readers = readers
        self._run = run

    async def __aenter__(self) -> SqlConnection:
        """Borrow a connection; raises UnavailableError if the primary cannot replace the replica."""
        self._run.replica.reads += 1
        self._connection = connection = ReplicaConnection(self._run, self._lender, self._meter)
        await connection.borrow()
        return connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: object
    ) -> None:
        """Return it; a refusal of Postgres becomes the error that callers get."""
        connection = self._connection
        connection.give_back(error)
        if self._meter.reader is not None:
            self._readers.note(self._meter.reader, self._run if connection.is_replica else PRIMARY)
        if error is not None:
            connection.lender.raise_told(error)


def _reason(error: BaseException | None) -> str:
    """Name what made a read leave: the refusal of Postgres, or else that the replica has no room or was left."""
    refusal = None if error is None else postgres_refusals.of(error)
    if refusal is not None:
        return refusal.reason.value
    return _BUSY if isinstance(error, UnavailableError) else _LEFT


def _is_late(error: BaseException) -> bool:
    refusal = postgres_refusals.of(error)
    return refusal is not None and refusal.reason is Reason.LATE
