"""Settings of chaos: failures on purpose, for trying out how clients and operators cope; never in production."""

from dataclasses import dataclass

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

EXAMPLES = {"QUESTPATH_CHAOS": "latency:50ms,errors:0.01,redis:lost,pool:full"}
"""A valid value of each setting."""
NOWHERE = "redis://127.0.0.1:1/0"
"""The address of a Redis that is lost: nothing listens there."""
_REDIS, _POOL = "redis:lost", "pool:full"
_LONGEST_MS = 60_000


@dataclass(slots=True)
class Chaos:
    """What fails: each use of Postgres waits `latency_s` seconds, and a share of `errors` of them fails."""

    latency_s: float = 0.0
    errors: float = 0.0
    is_redis_lost: bool = False
    is_pool_full: bool = False

    @property
    def touches_postgres(self) -> bool:
        """Whether anything is to be done to uses of Postgres."""
        return self.latency_s > 0 or self.errors > 0 or self.is_pool_full


class ChaosSettings(BaseSettings):
    """Failures on purpose."""

    chaos: str = Field(default="")
    """Switches, separated by commas: `latency:50ms`, `errors:0.01` (a share), `redis:lost`, `pool:full`."""

    @field_validator("chaos")
    @classmethod
    def _is_known(cls, value: str) -> str:
        parsed(value)
        return value


def parsed(text: str) -> Chaos:
    """Read the switches; raises ValueError for one that is unknown or has no such value."""
    found = Chaos()
    for switch in (part.strip() for part in text.split(",") if part.strip()):
        name, _, value = switch.partition(":")
        if switch == _REDIS:
            found.is_redis_lost = True
        elif switch == _POOL:
            found.is_pool_full = True
        elif name == "latency" and value.endswith("ms"):
            found.latency_s = _between(value.removesuffix("ms"), most=_LONGEST_MS) / 1_000
        elif name == "errors":
            found.errors = _between(value, most=1)
        else:
            raise ValueError(f"{switch} is no switch")
    return found


def _between(text: str, *, most: float) -> float:
    value = float(text)
    if not 0 <= value <= most:
        raise ValueError(f"{text} is not between 0 and {most}")
    return value
