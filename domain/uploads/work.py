"""The stores of uploads."""

from typing import Protocol

from domain.accounts.work import AccountsWork
from domain.uploads.uploads import Uploads


class UploadsWork(AccountsWork, Protocol):
    """The stores that verbs of uploads reach."""

    @property
    def uploads(self) -> Uploads:
        """Files that authors send."""
