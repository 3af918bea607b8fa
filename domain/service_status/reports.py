"""Reports: what each process sees of trouble, so that all processes tell the same."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from domain.ids import ProcessId
from domain.service_status.parts import ServiceStatus, Trouble
from domain.signals import Signal
from domain.unit_of_work import UnitOfWork

TOPIC = "service_status"
"""The topic of the signal that a process sees something else than before."""
REPEATED_EVERY = timedelta(seconds=5)
"""How often a process repeats what it sees, and reads what others see."""
STALE_AFTER = timedelta(seconds=15)
"""A report that was not repeated for so long does not count: its process is dead."""


class Reports(Protocol):
    """The reports of all processes; without trouble there are none."""

    async def replace(self, process_id: ProcessId, troubles: Sequence[Trouble], *, now: datetime) -> None:
        """Store what a process sees, in place of what it saw before."""

    async def of_others(self, process_id: ProcessId, *, since: datetime) -> list[Trouble]:
        """Return what other processes have seen since then."""

    async def forget(self, *, before: datetime) -> None:
        """Remove the reports that were last repeated before."""


class StatusWork(UnitOfWork, Protocol):
    """The stores that verbs of service status may use."""

    @property
    def status_reports(self) -> Reports:
        """What each process sees of trouble."""


class StatusView(Protocol):
    """The status of the service, as this process knows it; reading it costs no statement."""

    @property
    def current(self) -> ServiceStatus:
        """The status now."""

    @property
    def is_degraded(self) -> bool:
        """Whether some part does not work."""

    def extensions_for(self, coordinates: Collection[str]) -> dict[str, Any] | None:
        """Return what the response to an operation with these fields says of it, if it depends on such a part."""

    async def changed(self, shown: ServiceStatus) -> ServiceStatus:
        """Wait until the status is another than `shown`, and return it."""


def changed_signal(process_id: ProcessId) -> Signal:
    """Return the signal that a process sees something else than before."""
    return Signal(topic=TOPIC, body=process_id)
