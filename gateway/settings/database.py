"""Settings of the connections to Postgres, and of what is kept of it in memory."""

from pydantic import Field
from pydantic_settings import BaseSettings

from resolvers.public_nodes import MOST_VALUES

EXAMPLES = {
    "QUESTPATH_POOL": "10",
    "QUESTPATH_POOL_SHARE": "0.5",
    "QUESTPATH_LOCK_WAIT_S": "2",
    "QUESTPATH_NODE_CACHE_VALUES": "400000",
}
"""A valid value of each setting."""


class DatabaseSettings(BaseSettings):
    """How many connections there are, how they are shared, how long a lock is waited for, and what memory keeps."""

    pool: int = Field(default=10, ge=2, le=200)
    """The largest number of connections to Postgres, beside one for health checks."""
    pool_share: float = Field(default=0.5, ge=0.1, le=1)
    """The part of them that statements on one table may hold; 1 is all of them."""
    lock_wait_s: float | None = Field(default=None, gt=0, le=120)
    """Seconds for which a statement waits for a lock; two fifths of its deadline where this is not set."""
    node_cache_values: int = Field(default=MOST_VALUES, ge=0, le=100_000_000)
    """How many values of nodes of public roadmaps a process keeps, about 100 bytes each; 0 keeps none."""
