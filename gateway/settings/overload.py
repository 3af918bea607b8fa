"""Settings of load shedding: when a process refuses requests because it would answer them too late."""

from pydantic import Field
from pydantic_settings import BaseSettings

from gateway.overload.admission import DEFAULTS, SheddingFigures

EXAMPLES = {
    "QUESTPATH_SHED_WAIT_MS": "25",
    "QUESTPATH_SHED_DELAY_MS": "100",
    "QUESTPATH_SHED_LEAST": "8",
    "QUESTPATH_SHED_MOST": "1000",
}
"""A valid value of each setting."""


class OverloadSettings(BaseSettings):
    """When requests are refused as OVERLOADED; all of them are about one process."""

    shed_wait_ms: int = Field(default=round(DEFAULTS.wait_s * 1_000), ge=1, le=10_000)
    """Milliseconds that ready work waits all the time, for a seventh of a second, until requests are refused."""
    shed_delay_ms: int = Field(default=round(DEFAULTS.delay_s * 1_000), ge=10, le=10_000)
    """While requests are refused, so many are taken as the process answers in this time."""
    shed_least: int = Field(default=DEFAULTS.least, ge=1, le=100_000)
    """So many requests may always be in progress."""
    shed_most: int = Field(default=DEFAULTS.most, ge=1, le=100_000)
    """More requests are never in progress; twice as many if those are of learners inside an attempt."""

    @property
    def shedding_figures(self) -> SheddingFigures:
        """The figures of the rule."""
        return SheddingFigures(
            most=self.shed_most,
            least=min(self.shed_least, self.shed_most),
            wait_s=self.shed_wait_ms / 1_000,
            delay_s=self.shed_delay_ms / 1_000,
        )
