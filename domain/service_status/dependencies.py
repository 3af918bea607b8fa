"""Dependencies: services of others, each with its circuit breaker and with what happens while that is open."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from enum import Enum
from math import ceil
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError, UnavailableError
from domain.service_status.parts import ServicePart


class BreakerState(Enum):
    """The state of a circuit breaker: calls go through, are stopped, or are tried one at a time."""

    CLOSED = "CLOSED"
    OPEN = "OPEN"
    HALF_OPEN = "HALF_OPEN"


class PostponedError(UnavailableError):
    """The job has to wait, as for a service that does not answer or for another worker; the attempt is not counted."""

    def __init__(self, message: str, retry_in: timedelta) -> None:
        super().__init__(message)
        self.retry_in = retry_in


@entity
class Refuse:
    """Fallback of requests: they are refused at once. `sentence` may contain `{seconds}`, after which to try again."""

    error: type[DomainError]
    sentence: str


@entity
class Postpone:
    """Fallback of jobs: they wait until the next try of the service, and use up no attempt."""


@entity
class Dependency:
    """A service of others.

    After `failures` errors of the types `counts` in a row its breaker opens for `open_for`; then one call is let
    through, whose outcome closes it or opens it again. Any other `DomainError` is an answer of the service. `part` is
    what fails with it, and `sentence` says to users what that means for them and what to do.
    """

    name: str
    failures: int
    open_for: timedelta
    counts: tuple[type[Exception], ...]
    fallback: Refuse | Postpone
    part: ServicePart
    sentence: str


Dependencies = dict[str, Dependency]
"""All dependencies by their names."""


def table_of(*dependencies: Dependency) -> Dependencies:
    """Return the dependencies by their names; raises ValueError for a name that two of them have."""
    table = {dependency.name: dependency for dependency in dependencies}
    if len(table) != len(dependencies):
        raise ValueError("two dependencies have the same name")
    return table


def fallback_error(dependency: Dependency, retry_in: timedelta) -> DomainError:
    """Return what is raised in place of a call while the breaker is open."""
    if isinstance(dependency.fallback, Refuse):
        seconds = max(1, ceil(retry_in.total_seconds()))
        return dependency.fallback.error(dependency.fallback.sentence.format(seconds=seconds))
    return PostponedError(f"It waits until {dependency.name} answers again.", retry_in)


class Breakers(Protocol):
    """The circuit breakers of this process; `key` separates those of one dependency, such as the hosts of webhooks."""

    def guard(self, dependency: Dependency, key: str = "") -> AbstractAsyncContextManager[None]:
        """Guard the call in the block; raises the error of the fallback while the breaker is open."""

    def refuse_while_open(self, dependency: Dependency, key: str = "") -> None:
        """Raise the error of the fallback while the breaker is open, without a call."""

    def is_open(self, dependency: Dependency, key: str = "") -> bool:
        """Tell whether calls are stopped now."""
