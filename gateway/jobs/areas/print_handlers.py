"""Print handlers: what a worker runs to make printouts, and to remove old ones."""

import asyncio
from typing import Any

from domain.errors import DomainError, UnavailableError
from domain.jobs.job_kinds import NoArguments
from domain.printouts import print_jobs, print_runs
from domain.printouts.print_jobs import PrintArguments
from domain.printouts.print_runs import MADE, NOT_WANTED
from domain.printouts.printouts import Printout
from gateway.jobs.handlers import Handlers, InSteps, JobContext, metered


async def print_document(context: JobContext, arguments: PrintArguments) -> dict[str, Any]:
    """Make the file of a printout; what refuses it is kept for its user, and ends the job."""
    ports = context.ports
    async with ports.open_reads(metered()) as reads:
        printout = await reads.printouts.waiting(arguments.printout_id, now=ports.now())
    if printout is None:
        return {"outcome": NOT_WANTED}
    try:
        return {"outcome": await _made(context, printout)}
    except UnavailableError:
        raise
    except DomainError as refusal:
        async with context.open_work() as work:
            await print_runs.fail(work, context.act(), printout.id, refusal.message)
        raise


async def _made(context: JobContext, printout: Printout) -> str:
    ports = context.ports
    await context.report(10, "Reading.")
    async with ports.open_reads(metered()) as reads:
        document = await print_runs.compose(reads, context.act(), printout, api_url=ports.api_url)
    await context.report(30, "Writing.")
    file = await print_runs.write(ports.printing, document, printout.format)
    await context.report(90, "Keeping.")
    async with context.open_work() as work:
        completed = await print_runs.complete(work, context.act(), printout.id, file)
        if completed:  # before the commit: a file without its row is written again or removed
            await asyncio.to_thread(ports.printing.files.keep, printout.id, file.content)
    return MADE if completed else NOT_WANTED


async def tidy_printouts(context: JobContext, _arguments: NoArguments) -> dict[str, Any]:
    """Remove files of printouts that are not kept any more."""
    files = context.ports.printing.files
    return {"removed": await print_runs.tidy(context.open_work, files, context.act())}


HANDLERS: Handlers = {
    print_jobs.PRINT.name: InSteps(print_document),
    print_jobs.TIDY.name: InSteps(tidy_printouts),
}
"""The handler of each kind, by its name."""
