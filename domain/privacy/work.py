"""The unit of work of privacy."""

from typing import Protocol

from domain.authentication.work import AuthenticationWork
from domain.gamification.work import GamificationWork
from domain.privacy.account_imports import AccountImports
from domain.privacy.deletion import Deletions
from domain.privacy.exports import Exports
from domain.workflows.work import WorkflowsWork


class PrivacyWork(WorkflowsWork, AuthenticationWork, GamificationWork, Protocol):
    """The stores that verbs of privacy may use."""

    @property
    def exports(self) -> Exports:
        """Data exports."""

    @property
    def account_imports(self) -> AccountImports:
        """Rows of data exports of other instances."""

    @property
    def deletions(self) -> Deletions:
        """Accounts that are to be anonymised."""
