"""Preparation: charges for work before an operation can be charged, and gives it turns at the event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar

from domain.accounts.users import Viewer
from domain.rate_limits.preparation import MILLISECOND, REFUSAL, of_plan
from domain.rate_limits.rules import RateFigures, RateRules
from gateway.rate_limits.errors import RateLimitedError
from gateway.rate_limits.preparation_budget import PreparationBudget
from gateway.rate_limits.subjects import subject_of_address
from gateway.rate_limits.turns import TooManyWaitingError, Turns
from graph.access_errors import UNAUTHENTICATED
from graph.documents.prepared import PreparedOperation, RefusedDocumentError
from graph.engine.plans import Plan
from graph.execution.plan_compilation import FindPlan
from resolvers.context import Context
from resolvers.request_info import RequestInfo

T = TypeVar("T")
E = TypeVar("E", bound=Exception)
FindRequest = Callable[[], RequestInfo]


class Preparation:
    """Nobody has paid for what it charges: new documents and plans, large and compressed bodies, unknown keys, links.

    A caller pays as user or API key where that is known already, else as address. Turns go round the addresses, so that
    many accounts or connections gain no turns.
    """

    def __init__(self, budget: PreparationBudget | None = None, turns: Turns | None = None) -> None:
        self._budget = budget or PreparationBudget(RateRules(RateFigures()))
        self._turns = turns or Turns()

    async def make(
        self,
        price: int,
        find_known: Callable[[], T | None],
        make: Callable[[], T],
        *,
        viewer: Viewer | None,
        find_request: FindRequest,
    ) -> T:
        """Make something that is kept, in a turn; raises RateLimitedError.

        What another request made meanwhile is free: a whole class opens a new page at one time.
        """
        network = _network(find_request)
        self._budget.require(price, viewer, network)
        async with self._turn(network, viewer):
            known = find_known()
            if known is not None:
                return known
            self._budget.take(price, viewer, network)
            return make()

    async def compile(
        self, prepared: PreparedOperation, context: Context, find_known: FindPlan, compile_: FindPlan
    ) -> Plan | None:
        """Compile a plan of an operation; raises RateLimitedError."""
        return await self.make(
            of_plan(prepared.characters),
            find_known,
            compile_,
            viewer=context.viewer,
            find_request=lambda: context.request_info,
        )

    @asynccontextmanager
    async def admit(
        self, price: int, viewer: Viewer | None, find_request: FindRequest, *, is_patient: bool = False
    ) -> AsyncIterator[None]:
        """Charge a price, and hold a turn for the block where that takes a millisecond; raises RateLimitedError.

        A patient caller waits until it can pay.
        """
        network = _network(find_request)
        while is_patient and (wait_s := self._budget.wait_s(price, viewer, network)) > 0:  # noqa: ASYNC110
            await asyncio.sleep(wait_s)
        self._budget.take(price, viewer, network)
        if price < MILLISECOND:
            yield
            return
        async with self._turn(network, viewer):
            yield

    def require(self, price: int, viewer: Viewer | None, find_request: FindRequest) -> None:
        """Raise RateLimitedError unless the caller could pay a price now; charge nothing."""
        self._budget.require(price, viewer, _network(find_request))

    def charge(self, price: int, viewer: Viewer | None, find_request: FindRequest) -> None:
        """Charge for work that does not block the event loop; raises RateLimitedError."""
        self._budget.take(price, viewer, _network(find_request))

    def refund(self, price: int, viewer: Viewer | None, find_request: FindRequest) -> None:
        """Return a charge for work that turned out to be legitimate."""
        self._budget.give_back(price, viewer, _network(find_request))

    def charged(self, refusal: E, find_request: FindRequest) -> tuple[E | RateLimitedError, bool]:
        """Charge the address for a refused request; return the refusal to answer with, and whether to answer later.

        Who cannot pay is told that, except about a bad token: a neighbour at the same address has to hear that theirs
        has expired.
        """
        if isinstance(refusal, RateLimitedError):
            return refusal, True
        try:
            self.charge(REFUSAL, None, find_request)
        except RateLimitedError as limited:
            return (refusal if _is_of_token(refusal) else limited), True
        return refusal, False

    @asynccontextmanager
    async def _turn(self, network: str, viewer: Viewer | None) -> AsyncIterator[None]:
        try:
            async with self._turns.turn(network):
                yield
        except TooManyWaitingError:
            raise self._budget.refusal(viewer) from None


class BodyAdmission:
    """Charges an address for reading a body: whose token comes with it is not known yet."""

    __slots__ = ("_find_request", "_preparation")

    def __init__(self, preparation: Preparation, find_request: FindRequest) -> None:
        self._preparation = preparation
        self._find_request = find_request

    def require(self, price: int) -> None:
        """Raise RateLimitedError unless the address could pay a price now; charge nothing."""
        self._preparation.require(price, None, self._find_request)

    def admit(self, price: int) -> AbstractAsyncContextManager[None]:
        """Charge a price, and hold a turn for the block; raises RateLimitedError."""
        return self._preparation.admit(price, None, self._find_request)


def _is_of_token(refusal: Exception) -> bool:
    errors = refusal.errors if isinstance(refusal, RefusedDocumentError) else ()
    return any((error.extensions or {}).get("code") == UNAUTHENTICATED for error in errors)


def _network(find_request: FindRequest) -> str:
    return subject_of_address(find_request().address)
