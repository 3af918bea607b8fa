"""The unit of work of feature flags."""

from typing import Protocol

from domain.accounts.work import AccountsWork
from domain.feature_flags.flags import FlagRules


class FeatureFlagsWork(AccountsWork, Protocol):
    """The stores that verbs of feature flags may use."""

    @property
    def flag_rules(self) -> FlagRules:
        """What operators have set."""
