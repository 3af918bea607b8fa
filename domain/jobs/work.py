"""The unit of work of jobs."""

from typing import Protocol

from domain.accounts.work import AccountsWork
from domain.jobs.jobs import Jobs
from domain.jobs.queues import Queues
from domain.jobs.runs import Runs
from domain.jobs.schedules import Schedules
from domain.unit_of_work import UnitOfWork


class EnqueueingWork(UnitOfWork, Protocol):
    """The stores of verbs that start jobs."""

    @property
    def jobs(self) -> Jobs:
        """Jobs."""

    @property
    def runs(self) -> Runs:
        """Runs of jobs."""


class JobsWork(EnqueueingWork, AccountsWork, Protocol):
    """The stores that verbs of jobs may use."""

    @property
    def queues(self) -> Queues:
        """Queues and the workers that serve them."""

    @property
    def schedules(self) -> Schedules:
        """When schedules ran and will run."""
