"""Settings of the connections to Postgres."""

from pydantic import Field
from pydantic_settings import BaseSettings

EXAMPLES = {
    "QUESTPATH_POOL": "10",
    "QUESTPATH_POOL_SHARE": "0.5",
    "QUESTPATH_LOCK_WAIT_S": "2",
}
"""A valid value of each setting."""


class DatabaseSettings(BaseSettings):
    """How many connections there are, how they are shared, and how long a statement waits for a lock."""

    pool: int = Field(default=10, ge=2, le=200)
    """The largest number of connections to Postgres, beside one for health checks."""
    pool_share: float = Field(default=0.5, ge=0.1, le=1)
    """The part of them that statements on one table may hold; 1 is all of them."""
    lock_wait_s: float | None = Field(default=None, gt=0, le=120)
    """Seconds for which a statement waits for a lock; two fifths of its deadline where this is not set."""
