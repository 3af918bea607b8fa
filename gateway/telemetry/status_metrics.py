"""Status metrics: which parts of the service work, as this process tells its clients."""

from collections.abc import Iterator

from prometheus_client.core import Metric

from domain.service_status.parts import PartState
from gateway.service_status.status_board import StatusBoard
from gateway.telemetry.gauges import Labels, gauge

_VALUES = {PartState.OPERATIONAL: 0, PartState.DEGRADED: 1, PartState.DOWN: 2}


def families(board: StatusBoard) -> Iterator[Metric]:
    """Yield the state of each part."""
    values: dict[Labels, float] = {(part.part.value,): _VALUES[part.state] for part in board.current.parts}
    description = "Whether a part of the service works: 0 operational, 1 degraded, 2 down."
    yield gauge("service_part_state", description, values, "part")
