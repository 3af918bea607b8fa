"""The unit of work of accounts."""

from typing import Protocol

from domain.accounts.access_revocation import Access
from domain.accounts.api_keys import ApiKeys
from domain.accounts.audit import Audit
from domain.accounts.profile_visibility import Privacies
from domain.accounts.roles import Roles
from domain.accounts.suspensions import BoardMembership
from domain.accounts.users import Users
from domain.unit_of_work import UnitOfWork


class AccountsWork(UnitOfWork, Protocol):
    """The stores that verbs of accounts may use."""

    @property
    def users(self) -> Users:
        """Accounts and public profiles."""

    @property
    def access(self) -> Access:
        """Access versions of users, and access tokens that were revoked."""

    @property
    def audit(self) -> Audit:
        """The audit log; entries are never changed."""

    @property
    def privacies(self) -> Privacies:
        """Who sees which field of a profile."""

    @property
    def roles(self) -> Roles:
        """Accounts as admins see them."""

    @property
    def board_membership(self) -> BoardMembership:
        """The places of suspended users on leaderboards."""

    @property
    def api_keys(self) -> ApiKeys:
        """Keys that let other programs act for a user."""
