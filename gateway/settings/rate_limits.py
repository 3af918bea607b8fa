"""Settings of the rate limits."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode

from domain.accounts.users import Role
from domain.rate_limits.rules import CallerKind, RateFigures

_DEFAULT = RateFigures()
_MOST = 10_000_000
_MOST_RESTORED = 1_000_000
_LARGEST_FACTOR = 100
_FACTOR_NAMES = {role.value for role in Role} | {kind.value for kind in CallerKind}

EXAMPLES = {
    "QUESTPATH_RATE_READS": "100",
    "QUESTPATH_RATE_WRITES": "20",
    "QUESTPATH_RATE_GENERATION": "10",
    "QUESTPATH_RATE_COST": "20000",
    "QUESTPATH_RATE_COST_RESTORE": "200",
    "QUESTPATH_RATE_ADDRESS_READS": "1000",
    "QUESTPATH_RATE_ADDRESS_COST": "100000",
    "QUESTPATH_RATE_ADDRESS_COST_RESTORE": "1000",
    "QUESTPATH_RATE_PREPARATION": "6000",
    "QUESTPATH_RATE_LOGIN": "30",
    "QUESTPATH_RATE_REGISTER": "10",
    "QUESTPATH_RATE_RESET": "10",
    "QUESTPATH_RATE_FACTORS": "AUTHOR:2,ADMIN:5,KEY:3",
}
"""A valid value of each setting."""


class RateSettings(BaseSettings):
    """How much callers may request; counts of requests are per minute."""

    rate_reads: int = Field(default=_DEFAULT.reads, ge=1, le=_MOST)
    """Queries and starts of subscriptions, per user or API key."""
    rate_writes: int = Field(default=_DEFAULT.writes, ge=1, le=_MOST)
    """Mutations; saving an answer, flagging a slot and refreshing a session count a fifth."""
    rate_generation: int = Field(default=_DEFAULT.generation, ge=1, le=_MOST)
    """Imports and exports."""
    rate_cost: int = Field(default=_DEFAULT.cost, ge=1, le=_MOST)
    """The cost that may be spent at once."""
    rate_cost_restore: int = Field(default=_DEFAULT.cost_restore, ge=1, le=_MOST_RESTORED)
    """The cost that comes back each second."""
    rate_address_reads: int = Field(default=_DEFAULT.address_reads, ge=1, le=_MOST)
    """Queries and starts of subscriptions of all anonymous callers of an address, which a school may share."""
    rate_address_cost: int = Field(default=_DEFAULT.address_cost, ge=1, le=_MOST)
    """The cost that they may spend at once."""
    rate_address_cost_restore: int = Field(default=_DEFAULT.address_cost_restore, ge=1, le=_MOST_RESTORED)
    """The cost that comes back to them each second."""
    rate_preparation: int = Field(default=_DEFAULT.preparation, ge=100, le=_MOST)
    """Milliseconds of work before an operation can be charged, in each process, per user, API key or address."""
    rate_login: int = Field(default=_DEFAULT.login, ge=1, le=_MOST)
    """Sign-ins from one address; twice as many at once."""
    rate_register: int = Field(default=_DEFAULT.register, ge=1, le=_MOST)
    """Registrations from one address; twice as many at once."""
    rate_reset: int = Field(default=_DEFAULT.reset, ge=1, le=_MOST)
    """Password resets, requested or completed, from one address; twice as many at once."""
    rate_factors: Annotated[dict[str, int], NoDecode] = {}
    """Factors on the figures of a role, of API keys (KEY) or of anonymous callers (ANONYMOUS)."""

    @field_validator("rate_factors", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = (part.partition(":") for part in value.split(",") if part.strip())
        return {name.strip(): factor.strip() for name, _, factor in pairs}

    @field_validator("rate_factors")
    @classmethod
    def _known(cls, value: dict[str, int]) -> dict[str, int]:
        for name, factor in value.items():
            if name not in _FACTOR_NAMES or not 1 <= factor <= _LARGEST_FACTOR:
                raise ValueError(
                    f"{name}:{factor} must be one of {', '.join(sorted(_FACTOR_NAMES))}, and a number from 1 to 100"
                )
        return value

    @property
    def rate_figures(self) -> RateFigures:
        """The figures of the rate limits."""
        return RateFigures(
            reads=self.rate_reads,
            writes=self.rate_writes,
            generation=self.rate_generation,
            cost=self.rate_cost,
            cost_restore=self.rate_cost_restore,
            address_reads=self.rate_address_reads,
            address_cost=self.rate_address_cost,
            address_cost_restore=self.rate_address_cost_restore,
            preparation=self.rate_preparation,
            login=self.rate_login,
            register=self.rate_register,
            reset=self.rate_reset,
            factors=self.rate_factors,
        )
