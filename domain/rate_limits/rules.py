"""Rate limit rules: which buckets a caller pays from, and how much each operation takes from them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import Enum

from domain.accounts.users import Role, Viewer
from domain.entities import entity
from domain.rate_limits.preparation import MILLISECOND
from domain.rate_limits.token_buckets import Quota, quota

WRITE = 5
"""Tokens of one write, so that a fifth of a write is a whole number."""
CHEAP_WRITES = frozenset({"answerQuestion", "flagSlot", "refreshSession", "reviewCard", "undoReview"})
"""Mutations that cost a fifth of a write: they throttle neither a fast learner nor a school behind one address."""
EXPENSIVE_WRITES = frozenset(
    {
        "exportMyData",
        "exportQuiz",
        "exportRoadmap",
        "importQuestions",
        "importRoadmap",
        "startExploreChat",
        "askExploreChat",
        "retryChatAnswer",
    }
)
"""Mutations whose small input causes much work; they take from the bucket `generation` beside the write."""
SIGN_IN_FIELDS = {
    "login": "login",
    "signInWithGoogle": "login",
    "register": "register",
    "requestPasswordReset": "reset",
    "resetPassword": "reset",
}
"""Mutations that take from a bucket of the caller's address instead of a write, for signed-in callers too."""
_PREPARED_AT_ONCE = 2
"""The part of a minute's preparation that may come at once, as a divisor."""


class CallerKind(Enum):
    """Kinds of callers that have a factor of their own, beside the roles."""

    ANONYMOUS = "ANONYMOUS"
    KEY = "KEY"


@entity
class CallerQuotas:
    """The quotas of one kind of caller."""

    reads: Quota
    writes: Quota
    generation: Quota
    cost: Quota
    preparation: Quota


@entity
class RateFigures:
    """The settings: requests a minute, the cost that may be spent at once, and how much of it a second restores.

    An address of anonymous callers may be that of a school: sixty pupils who open a page of six reads twice a minute,
    each for some sixty objects, are 720 reads and 43 000 of cost. So it has more of both, and no more of the rest.
    `preparation` is milliseconds of work a minute that no operation has paid for yet, in each process; half of it may
    come at once.
    `factors` multiply all figures but those of the sign-in fields. They are named by a role or a kind of caller; of
    several roles the highest factor counts.
    """

    reads: int = 100
    writes: int = 20
    generation: int = 10
    cost: int = 20_000
    cost_restore: int = 200
    address_reads: int = 1_000
    address_cost: int = 100_000
    address_cost_restore: int = 1_000
    preparation: int = 6_000
    login: int = 30
    register: int = 10
    reset: int = 10
    factors: Mapping[str, int] | None = None


@entity
class Charge:
    """What an operation takes from one bucket of one subject."""

    quota: Quota
    subject: str
    tokens: int


class RateRules:
    """Turns the figures into quotas, and operations into charges."""

    def __init__(self, figures: RateFigures) -> None:
        self._common = _quotas(figures, 1)
        self._by_factor = {1: self._common}
        for factor in (figures.factors or {}).values():
            self._by_factor[factor] = _quotas(figures, factor)
        self._factors = dict(figures.factors or {})
        self._anonymous = _quotas_of_address(figures, self._factors.get(CallerKind.ANONYMOUS.value, 1))
        self._by_roles: dict[tuple[frozenset[Role], bool], CallerQuotas] = {}
        self._sign_in = {
            name: quota(name, limit, burst=2 * limit, strict=True)
            for name, limit in (
                ("login", figures.login),
                ("register", figures.register),
                ("reset", figures.reset),
            )
        }

    def quotas_of(self, viewer: Viewer | None) -> CallerQuotas:
        """Return the quotas of a caller."""
        if viewer is None:
            return self._anonymous
        if not self._factors:
            return self._common
        known = self._by_roles.get((viewer.roles, viewer.scopes is None))
        if known is None:
            names = [role.value for role in viewer.roles]
            if viewer.scopes is not None:
                names = [CallerKind.KEY.value]
            best = max((self._factors.get(name, 1) for name in names), default=1)
            known = self._by_roles[viewer.roles, viewer.scopes is None] = self._by_factor[best]
        return known

    def charges_of_read(self, viewer: Viewer | None, subject: str, *, cost: int) -> list[Charge]:
        """Return the charges of a query or the start of a subscription: a read and its cost."""
        quotas = self.quotas_of(viewer)
        return [_charge(quotas.reads, subject, 1), _charge(quotas.cost, subject, cost)]

    def charges_of_write(
        self, viewer: Viewer | None, *, subject: str, address: str, cost: int, fields: Iterable[str]
    ) -> list[Charge]:
        """Return the charges of a mutation, its cost last; each root field counts, and `address` pays for sign-ins."""
        quotas = self.quotas_of(viewer)
        writes, generated, sign_ins = 0, 0, Counter[str]()
        for name in fields:
            if name in SIGN_IN_FIELDS:
                sign_ins[SIGN_IN_FIELDS[name]] += 1
            else:
                writes += 1 if name in CHEAP_WRITES else WRITE
                generated += name in EXPENSIVE_WRITES
        charges = [_charge(self._sign_in[name], address, times) for name, times in sorted(sign_ins.items())]
        if writes or not charges:
            charges.append(_charge(quotas.writes, subject, writes or WRITE))
        if generated:
            charges.append(_charge(quotas.generation, subject, generated))
        return [*charges, _charge(quotas.cost, subject, cost)]


def _quotas(figures: RateFigures, factor: int) -> CallerQuotas:
    return CallerQuotas(
        reads=quota("reads", figures.reads * factor),
        writes=quota("writes", figures.writes * factor, unit=WRITE),
        generation=quota("generation", figures.generation * factor),
        cost=quota("cost", figures.cost_restore * factor, period_s=1, burst=figures.cost * factor),
        preparation=quota(
            "preparation",
            figures.preparation * factor,
            burst=figures.preparation * factor // _PREPARED_AT_ONCE,
            unit=MILLISECOND,
        ),
    )


def _quotas_of_address(figures: RateFigures, factor: int) -> CallerQuotas:
    """Return the quotas of an address, which all its anonymous callers share."""
    shared = replace(
        figures,
        reads=figures.address_reads,
        cost=figures.address_cost,
        cost_restore=figures.address_cost_restore,
    )
    return _quotas(shared, factor)


def _charge(quota: Quota, subject: str, tokens: int) -> Charge:
    """Charge at most a whole burst: no caller could ever pay more."""
    return Charge(quota=quota, subject=subject, tokens=min(tokens, quota.burst))
