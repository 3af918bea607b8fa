"""Settings of the rate limits: the house's figures unless told otherwise."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode

from domain.rate_rules import Figures, Payer
from domain.users import Role

_HOUSE = Figures()
_MOST = 10_000_000
_MOST_RESTORED = 1_000_000
_LARGEST_FACTOR = 100
_PAYERS = {role.value for role in Role} | {payer.value for payer in Payer}

EXAMPLES = {
    "QUESTPATH_RATE_READS": "100",
    "QUESTPATH_RATE_WRITES": "20",
    "QUESTPATH_RATE_GENERATION": "10",
    "QUESTPATH_RATE_COST": "20000",
    "QUESTPATH_RATE_COST_RESTORE": "200",
    "QUESTPATH_RATE_LOGIN": "30",
    "QUESTPATH_RATE_REGISTER": "10",
    "QUESTPATH_RATE_RESET": "10",
    "QUESTPATH_RATE_FACTORS": "AUTHOR:2,ADMIN:5,KEY:3",
}
"""A valid value of each setting."""


class RateSettings(BaseSettings):
    """How much callers may ask for; requests are a minute's."""

    rate_reads: int = Field(default=_HOUSE.reads, ge=1, le=_MOST)
    """Queries and starts of subscriptions, for a user, an API key, or an address where nobody is signed in."""
    rate_writes: int = Field(default=_HOUSE.writes, ge=1, le=_MOST)
    """Mutations; saving an answer or a review and refreshing a session count a fifth."""
    rate_generation: int = Field(default=_HOUSE.generation, ge=1, le=_MOST)
    """Imports and exports."""
    rate_cost: int = Field(default=_HOUSE.cost, ge=1, le=_MOST)
    """The cost that may be asked for at once."""
    rate_cost_restore: int = Field(default=_HOUSE.cost_restore, ge=1, le=_MOST_RESTORED)
    """How much of it comes back in a second."""
    rate_login: int = Field(default=_HOUSE.login, ge=1, le=_MOST)
    """Sign-ins from an address; twice as many at once."""
    rate_register: int = Field(default=_HOUSE.register, ge=1, le=_MOST)
    """Registrations from an address; twice as many at once."""
    rate_reset: int = Field(default=_HOUSE.reset, ge=1, le=_MOST)
    """Resets of a password, asked for or done, from an address; twice as many at once."""
    rate_factors: Annotated[dict[str, int], NoDecode] = {}
    """What the figures of a role, of API keys (KEY) or of anonymous callers (ANONYMOUS) are multiplied by."""

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
            if name not in _PAYERS or not 1 <= factor <= _LARGEST_FACTOR:
                raise ValueError(
                    f"{name}:{factor} is not one of {', '.join(sorted(_PAYERS))} and a number to 100"
                )
        return value

    @property
    def figures(self) -> Figures:
        """The figures of the rate limits."""
        return Figures(
            reads=self.rate_reads,
            writes=self.rate_writes,
            generation=self.rate_generation,
            cost=self.rate_cost,
            cost_restore=self.rate_cost_restore,
            login=self.rate_login,
            register=self.rate_register,
            reset=self.rate_reset,
            factors=self.rate_factors,
        )
