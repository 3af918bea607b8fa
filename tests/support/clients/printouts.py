"""Printouts through the schema in tests."""

from typing import Any

from domain.accounts.users import Viewer
from domain.printouts import print_jobs
from tests.support.accounts import accepted
from tests.support.clients.quality import run_jobs
from tests.support.schema_client import Asker

PRINTOUT = """id targetId format title state createdAt finishedAt expiresAt sizeBytes pages failure
  link { url expiresAt }"""
MINE = (
    """query ($state: PrintoutState, $format: PrintFormat, $target: PrintTarget) { viewer {
  printouts(state: $state, format: $format, target: $target) { nodes { %s job { id state progress } } } } }"""
    % PRINTOUT
)


async def requested(ask: Asker, viewer: Viewer, target_id: str, format: str = "PDF") -> dict[str, Any]:
    """Ask for a printout; return it."""
    selection = f"printout {{ {PRINTOUT} }} job {{ id state }}"
    payload = await accepted(ask, viewer, "printDocument", selection, targetId=target_id, format=format)
    found: dict[str, Any] = payload["printout"]
    return found


async def mine(ask: Asker, viewer: Viewer, **asked: str) -> list[dict[str, Any]]:
    """Return the caller's printouts, newest first."""
    found: list[dict[str, Any]] = (await ask.data(MINE, viewer, **asked))["viewer"]["printouts"]["nodes"]
    return found


async def printed(ask: Asker, viewer: Viewer, target_id: str, format: str = "PDF") -> dict[str, Any]:
    """Ask for a printout, and run its job; return it."""
    wanted = (await requested(ask, viewer, target_id, format))["id"]
    await run_jobs(ask, print_jobs.PRINT.name)
    (found,) = (each for each in await mine(ask, viewer) if each["id"] == wanted)
    return found
