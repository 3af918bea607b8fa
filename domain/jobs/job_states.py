"""Job states: where a job is in its life."""

from enum import Enum


class JobState(Enum):
    """Where a job is in its life."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    DISCARDED = "DISCARDED"


LIVE = frozenset({JobState.QUEUED, JobState.RUNNING})
"""The states of a job that has not ended."""
