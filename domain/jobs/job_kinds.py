"""Job kinds: each kind of work is declared once, with its queue, arguments, retries and starter."""

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import timedelta
from typing import Any

from domain.accounts.users import Role
from domain.entities import entity
from domain.errors import DomainError
from domain.jobs.rates import Rate


@entity
class RetryPolicy:
    """How often and when a failed job is tried again.

    `attempts` counts the first one. `base` and `cap` bound the pause between two attempts, and `timeout` the duration
    of one. Without `jitter` each pause is exactly the doubled one. Errors of the `final` types are not tried again:
    refusals of a rule, except that a service does not answer.
    """

    attempts: int = 5
    base: timedelta = timedelta(seconds=10)
    cap: timedelta = timedelta(minutes=30)
    jitter: bool = True
    timeout: timedelta = timedelta(minutes=5)
    final: tuple[type[Exception], ...] = (DomainError,)

    def pause(self, attempt: int, *, fraction: float) -> timedelta:
        """Return the pause after the failed attempt number `attempt`; `fraction` is random, from 0 to 1.

        Full jitter: evenly distributed from 0 to the doubled pause, so that jobs which failed together are not tried
        together (M. Brooker, "Exponential Backoff And Jitter", 2015).
        """
        doubled: timedelta = min(self.cap, self.base * 2.0 ** min(attempt - 1, 32))
        return doubled * fraction if self.jitter else doubled


@entity
class JobKind:
    """One kind of work. `arguments` is the entity that holds its arguments.

    Jobs of a higher `priority` run first. `at_once` is how many of the kind run at the same time over all workers, 0
    for no limit; `rate` is how many of them begin in a time, None for no limit. `starter` is the role that may start
    one by hand; None leaves that to the platform. In a workflow, a job is for the user whom the argument `user` names.
    While the service that it `needs` does not answer, its jobs wait; it is a name of the dependency table. Where
    `stays` is set, other rows wait for its jobs: they cannot be cancelled, and `stays` says what to do instead.
    `result` are the names in the results of its jobs with their types; None where these are not declared.
    """

    name: str
    description: str
    queue: str
    arguments: type[Any]
    priority: int = 0
    at_once: int = 0
    rate: Rate | None = None
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    starter: Role | None = None
    needs: str | None = None
    user: str | None = None
    stays: str = ""
    result: Mapping[str, type] | None = None


@entity
class NoArguments:
    """The arguments of a kind that has none."""


JobKinds = Mapping[str, JobKind]
"""All kinds by their names."""


def table_of(*kinds: JobKind) -> dict[str, JobKind]:
    """Return the kinds by their names.

    Raises ValueError for a name that two of them have, and for a queue in which two of them have a rate.
    """
    table = {kind.name: kind for kind in kinds}
    if len(table) != len(kinds):
        raise ValueError("two kinds of job have the same name")
    rated = [kind.queue for kind in kinds if kind.rate is not None]
    if len(set(rated)) != len(rated):
        raise ValueError("two kinds of one queue have a rate")
    return table


Fraction = Callable[[], float]
"""Returns a random number from 0 to 1."""
