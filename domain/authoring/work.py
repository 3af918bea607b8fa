"""The stores of authoring."""

from typing import Protocol

from domain.authentication.credentials import CredentialStore
from domain.authoring.drafts import Drafts
from domain.authoring.share_link_store import ShareLinks
from domain.authoring.upstreams import Upstreams
from domain.content.work import ContentWork
from domain.mail.work import MailWork


class AuthoringWork(ContentWork, Protocol):
    """The stores that verbs of authoring reach."""

    @property
    def drafts(self) -> Drafts:
        """Drafts of roadmaps."""

    @property
    def upstreams(self) -> Upstreams:
        """Where forks stand against their origins."""

    @property
    def share_links(self) -> ShareLinks:
        """Share links of roadmaps."""


class InvitingWork(AuthoringWork, MailWork, Protocol):
    """The stores that invitations reach: who is invited gets a mail."""

    @property
    def credentials(self) -> CredentialStore:
        """How users sign in, by which their address is found."""
