"""Rate rules: who pays from which buckets, how much an operation costs there, and what a client is told."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum

from domain.entities import entity
from domain.rates import Quota, quota
from domain.users import Role, Viewer

WRITE = 5
"""Tokens of a write, so that a fifth of one is an integer."""
LIGHT = frozenset({"answerQuestion", "answerStudyQuestion", "reviewCard", "refreshSession"})
"""A fifth of a write: a fast learner is never throttled, nor a school behind one address."""
GENERATING = frozenset({"exportMyData", "importQuestions", "importRoadmap", "startStudySession"})
"""They make much out of little, and pay for that beside the write."""
DOORS = {
    "login": "login",
    "signInWithGoogle": "login",
    "register": "register",
    "requestPasswordReset": "reset",
    "resetPassword": "reset",
}
"""Mutations that pay from a bucket of the caller's address, whoever is signed in, and no write."""


class Payer(Enum):
    """Who has figures of their own beside the roles."""

    ANONYMOUS = "ANONYMOUS"
    KEY = "KEY"


@entity
class Rates:
    """The buckets of one kind of caller."""

    reads: Quota
    writes: Quota
    generation: Quota
    cost: Quota


@entity
class Figures:
    """The settings: requests a minute, the cost that may be asked for at once, and how much of it a second restores.

    `factors` multiply all but the doors, by the name of a role or payer; of several roles the best one counts.
    """

    reads: int = 100
    writes: int = 20
    generation: int = 10
    cost: int = 20_000
    cost_restore: int = 200
    login: int = 30
    register: int = 10
    reset: int = 10
    factors: Mapping[str, int] | None = None


@entity
class Charge:
    """What an operation takes from one bucket of one payer."""

    quota: Quota
    subject: str
    tokens: int


@entity
class RateBucket:
    """One bucket as a client counts; it is full again at `reset_at`."""

    name: str
    limit: int
    remaining: int
    reset_at: datetime


@entity
class CostBudget:
    """The cost budget: what an operation asked for and took (None while it runs), what is left, what comes a second."""

    requested: int
    actual: int | None
    available: int
    restore_rate: int


@entity
class RateLimit:
    """The caller's own buckets; the first three are those of reads."""

    limit: int
    remaining: int
    reset_at: datetime
    cost: CostBudget
    buckets: list[RateBucket]
    degraded: bool


class RateRules:
    """The figures as buckets, and who pays from them."""

    def __init__(self, figures: Figures) -> None:
        self._common = _rates(figures, 1)
        self._rates = {1: self._common}
        for factor in (figures.factors or {}).values():
            self._rates[factor] = _rates(figures, factor)
        self._factors = dict(figures.factors or {})
        self._of_roles: dict[tuple[frozenset[Role], bool], Rates] = {}
        self._doors = {
            name: quota(name, each, burst=2 * each, strict=True)
            for name, each in (
                ("login", figures.login),
                ("register", figures.register),
                ("reset", figures.reset),
            )
        }

    def of(self, viewer: Viewer | None) -> Rates:
        """Return the buckets that a caller pays from."""
        if not self._factors:
            return self._common
        if viewer is None:
            return self._rates[self._factors.get(Payer.ANONYMOUS.value, 1)]
        known = self._of_roles.get((viewer.roles, viewer.scopes is None))
        if known is None:
            names = [role.value for role in viewer.roles]
            if viewer.scopes is not None:
                names = [Payer.KEY.value]
            best = max((self._factors.get(name, 1) for name in names), default=1)
            known = self._of_roles[viewer.roles, viewer.scopes is None] = self._rates[best]
        return known

    def reading(self, viewer: Viewer | None, subject: str, cost: int) -> list[Charge]:
        """Return what a query or the start of a subscription takes: a read and its cost."""
        rates = self.of(viewer)
        return [_charge(rates.reads, subject, 1), _charge(rates.cost, subject, cost)]

    def writing(
        self, viewer: Viewer | None, subject: str, address: str, *, cost: int, fields: Iterable[str]
    ) -> list[Charge]:
        """Return what a mutation takes, whose root fields are counted one by one; a door is paid by the address."""
        rates = self.of(viewer)
        writes, generated, doors = 0, 0, Counter[str]()
        for name in fields:
            if name in DOORS:
                doors[DOORS[name]] += 1
            else:
                writes += 1 if name in LIGHT else WRITE
                generated += name in GENERATING
        charges = [_charge(self._doors[name], address, times) for name, times in sorted(doors.items())]
        if writes or not charges:
            charges.append(_charge(rates.writes, subject, writes or WRITE))
        if generated:
            charges.append(_charge(rates.generation, subject, generated))
        return [*charges, _charge(rates.cost, subject, cost)]


def _rates(figures: Figures, factor: int) -> Rates:
    return Rates(
        reads=quota("reads", figures.reads * factor),
        writes=quota("writes", figures.writes * factor, unit=WRITE),
        generation=quota("generation", figures.generation * factor),
        cost=quota("cost", figures.cost_restore * factor, period_s=1, burst=figures.cost * factor),
    )


def _charge(quota: Quota, subject: str, tokens: int) -> Charge:
    """Charge a burst at most: a price above it could never be paid."""
    return Charge(quota=quota, subject=subject, tokens=min(tokens, quota.burst))
