"""The unit of work of mail."""

from typing import Protocol

from domain.accounts.work import AccountsWork
from domain.jobs.work import EnqueueingWork
from domain.mail.mail_events import MailEvents
from domain.mail.mails import Mails
from domain.mail.suppressions import Suppressions


class MailWork(EnqueueingWork, AccountsWork, Protocol):
    """The stores that verbs of mail may use."""

    @property
    def mails(self) -> Mails:
        """Mails, those that wait and those of the last months."""

    @property
    def mail_events(self) -> MailEvents:
        """What became of mails that left."""

    @property
    def suppressions(self) -> Suppressions:
        """Addresses that get no more mails."""
