"""The stores of invitations."""

from typing import Protocol

from domain.authentication.credentials import CredentialStore
from domain.authoring.work import AuthoringWork
from domain.mail.work import MailWork


class InvitingWork(AuthoringWork, MailWork, Protocol):
    """The stores that invitations reach: who is invited gets a mail."""

    @property
    def credentials(self) -> CredentialStore:
        """How users sign in, by which their address is found."""
