"""Resolvers of printouts."""

from domain.paging import Page, Window
from domain.printouts import printout_links, printout_requests
from domain.printouts.printout_links import PrintoutLink
from domain.printouts.printout_requests import StartedPrintout
from domain.printouts.printouts import PrintFormat, Printout, PrintoutFilter, PrintoutState
from domain.printouts.targets import PrintTarget
from resolvers.context import Context


async def viewer_printouts(
    context: Context,
    *,
    state: PrintoutState | None = None,
    format: PrintFormat | None = None,
    target: PrintTarget | None = None,
    window: Window,
) -> Page[Printout]:
    """Return a page of the caller's printouts."""
    asked = PrintoutFilter(state=state, format=format, prefix=None if target is None else target.value)
    async with context.open_reads() as reads:
        return await reads.printouts.page(window, asked, viewer_id=context.user_id, now=context.now())


async def link(printout: Printout, context: Context) -> PrintoutLink | None:
    """Return a link to the file, signed anew; None where there is no file."""
    if printout.state is not PrintoutState.READY:
        return None
    ports = context.ports
    return printout_links.link_of(
        printout, api_url=ports.api_url, secret=ports.refresh_secret, now=context.now()
    )


async def print_document(context: Context, *, target_id: str, format: PrintFormat) -> StartedPrintout:
    """Start the job that prints something that the caller may see."""
    async with context.open_work() as work:
        return await printout_requests.request(
            work, context.act(), target_id=target_id, format=format, api_url=context.ports.api_url
        )
