"""Status board: the status of the service as this process knows it, for the schema and for responses."""

import asyncio
from collections.abc import Collection, Iterable
from typing import Any

import structlog

from domain.dependency_table import CAUSES
from domain.service_status.parts import PartState, ServicePart, ServiceStatus, Trouble, status_of
from gateway.service_status.dependent_fields import DEPENDENT

_log = structlog.get_logger("gateway.service_status.status_board")


class StatusBoard:
    """The status, made anew only when something changed."""

    def __init__(self) -> None:
        self.current = status_of((), CAUSES)
        self.is_degraded = False
        self._changed = asyncio.Event()

    def show(self, troubles: Iterable[Trouble]) -> None:
        """Show the status that these troubles give."""
        status = status_of(troubles, CAUSES)
        if status == self.current:
            return
        self.current = status
        self.is_degraded = status.state is not PartState.OPERATIONAL
        _log.warning("service_status", state=status.state.value, parts=_named(status, ServicePart))
        self._changed.set()
        self._changed = asyncio.Event()

    def extensions_for(self, coordinates: Collection[str]) -> dict[str, Any] | None:
        """Return what the response to an operation with these fields says of it, if it depends on such a part."""
        parts = [
            part
            for part in ServicePart
            if part not in DEPENDENT or any(field in coordinates for field in DEPENDENT[part])
        ]
        named = _named(self.current, parts)
        return {"degraded": named} if named else None

    async def changed(self, shown: ServiceStatus) -> ServiceStatus:
        """Wait until the status is another than `shown`, and return it."""
        while self.current == shown:
            await self._changed.wait()
        return self.current


def _named(status: ServiceStatus, parts: Iterable[ServicePart]) -> list[dict[str, str]]:
    """Return those of the parts that do not work well."""
    asked = set(parts)
    return [
        {"part": each.part.value, "state": each.state.value}
        for each in status.parts
        if each.part in asked and each.state is not PartState.OPERATIONAL
    ]
