"""Feature flags: what can be switched, what operators have set, and the ports for both."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.accounts.users import Role, Viewer
from domain.entities import entity
from domain.errors import DomainError
from domain.ids import UserId
from domain.signals import Signal

TOPIC = "feature_flags"
"""The topic of the signal that the rules of a flag changed; its body is the key."""


@entity
class Flag:
    """A part of the platform that can be switched.

    `is_per_user` is whether it can be on for some users only. `refusal` is what is told where it is off.
    """

    key: str
    description: str
    default: bool
    is_per_user: bool
    refusal: str


@entity
class FlagRule:
    """What operators have set for a flag.

    Not `enabled`, it is off for all. Enabled and without `percentage`, `roles` and `user_ids`, it is on for all; with
    some of them it is on for users who fit one, and for no anonymous caller.
    """

    key: str
    enabled: bool
    percentage: int | None
    roles: list[Role]
    user_ids: list[UserId]
    changed_at: datetime
    changed_by_id: UserId | None

    @property
    def is_for_all(self) -> bool:
        """Whether it is about nobody in particular."""
        return self.percentage is None and not self.roles and not self.user_ids

    @property
    def is_on_for_some(self) -> bool:
        """Whether it is on for anybody: for no one at 0 percent without roles and users."""
        return self.enabled and (self.is_for_all or bool(self.percentage or self.roles or self.user_ids))


@entity
class FlagState:
    """A flag as it is for one caller."""

    key: str
    description: str
    enabled: bool


@entity
class FlagSetting:
    """A flag as operators see it: with what is set, or else with its default, in which case `changed_at` is None."""

    key: str
    description: str
    default: bool
    is_per_user: bool
    enabled: bool
    percentage: int | None
    roles: list[Role]
    user_ids: list[UserId]
    changed_at: datetime | None
    changed_by_id: UserId | None


class FeatureOffError(DomainError):
    """An operator has switched this part of the platform off for the caller."""

    code = "FEATURE_OFF"


class FlagRules(Protocol):
    """What operators have set."""

    async def all(self) -> list[FlagRule]:
        """Return every rule, by key."""

    async def save(self, rule: FlagRule) -> None:
        """Store the rule of a flag in place of the one before; blocks other changes of it until the commit."""

    async def remove(self, key: str) -> bool:
        """Remove the rule of a flag; tells whether there was one."""


class Flags(Protocol):
    """The flags of this process; an answer costs no statement."""

    def is_on(self, flag: Flag, viewer: Viewer | None = None) -> bool:
        """Tell whether a flag is on for a caller."""

    def require(self, flag: Flag, viewer: Viewer | None = None) -> None:
        """Raise FeatureOffError if a flag is off for a caller."""

    def show(self, rules: Sequence[FlagRule]) -> None:
        """Go by these rules from now on."""


def changed_signal(key: str) -> Signal:
    """Return the signal that the rule of a flag changed."""
    return Signal(topic=TOPIC, body=key)
