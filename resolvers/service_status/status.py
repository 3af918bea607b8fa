"""Resolvers of service status."""

from collections.abc import AsyncIterator

from domain.service_status.parts import ServiceStatus
from resolvers.context import Context


async def service_status(context: Context) -> ServiceStatus:
    """Return the status now, from memory."""
    return context.ports.service_status.current


async def service_status_changed(context: Context) -> AsyncIterator[ServiceStatus]:
    """Yield the status now and at each change."""
    shown = context.ports.service_status.current
    while True:
        yield shown
        shown = await context.ports.service_status.changed(shown)
