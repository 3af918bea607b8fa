"""The stores of printouts."""

from typing import Protocol

from domain.certificates.work import CertificatesWork
from domain.printouts.printouts import Printouts
from domain.threads.work import ThreadsWork


class PrintoutsWork(ThreadsWork, CertificatesWork, Protocol):
    """The stores that printing reaches."""

    @property
    def printouts(self) -> Printouts:
        """Files that learners take out."""
