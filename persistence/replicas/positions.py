"""Positions: how far the primary has written its log, how far a replica has replayed it, and what follows from both.

A commit that had returned before the primary was asked lies below the position that it answers with. So a replica that
has replayed up to there shows every commit from before that moment: its freshness is a moment of this process' own
clock, and no clock of another machine takes part.
"""

from collections import deque
from math import inf
from typing import NamedTuple

_PAGE = 8_192
_PAGE_HEADER = 24
_SEGMENT_HEADER = 40
MOST_MOMENTS = 400
"""How many positions of the primary are kept: 100 seconds at four in a second."""

WRITTEN = """
SELECT
  (SELECT system_identifier FROM pg_control_system()),
  ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::bigint,
  pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint,
  pg_size_bytes(current_setting('wal_segment_size'))
"""
"""What the primary is asked; it fails on a server that is in recovery."""

REPLAYED = """
SELECT
  (SELECT system_identifier FROM pg_control_system()),
  greatest(
    (SELECT timeline_id FROM pg_control_checkpoint()),
    (SELECT min_recovery_end_timeline FROM pg_control_recovery()),
    (SELECT received_tli FROM pg_stat_wal_receiver)
  )::bigint,
  pg_wal_lsn_diff(coalesce(pg_last_wal_replay_lsn(), '0/0'), '0/0')::bigint,
  pg_is_in_recovery(),
  CASE WHEN pg_is_in_recovery() THEN pg_get_wal_replay_pause_state() = 'paused' ELSE false END
"""
"""What a replica is asked. A role without `pg_monitor` does not see the receiver, and hears of a new timeline later."""


class LogHistory(NamedTuple):
    """Which log a position belongs to: that of a cluster, on one timeline between two promotions."""

    system: int
    timeline: int


class Replayed(NamedTuple):
    """What a replica answers."""

    history: LogHistory
    position: int
    is_standby: bool
    is_paused: bool


class Moments:
    """The last moments at which the primary was asked for its position; those before a promotion are dropped."""

    def __init__(self) -> None:
        self.history: LogHistory | None = None
        self._moments: deque[tuple[float, int]] = deque(maxlen=MOST_MOMENTS)

    def add(self, asked_at: float, history: LogHistory, position: int) -> None:
        """Add a position that the primary was asked for at that moment, and not earlier."""
        if history != self.history:
            self.history = history
            self._moments.clear()
        self._moments.append((asked_at, position))

    def shown_by(self, position: int) -> float:
        """Return the last moment whose commits a replica at this position shows; minus infinity for none."""
        for asked_at, written in reversed(self._moments):
            if written <= position:
                return asked_at
        return -inf


def end_of_record(position: int, segment: int) -> int:
    """Return where the last record before an insert position ends.

    At the begin of a page the insert position is behind the page's header, which a replica does not count before a
    record follows; an idle primary can stay there.
    """
    if position % segment == _SEGMENT_HEADER:
        return position - _SEGMENT_HEADER
    return position - _PAGE_HEADER if position % _PAGE == _PAGE_HEADER else position
