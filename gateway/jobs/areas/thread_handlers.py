"""Handlers of threads: sections that a language model writes."""

from typing import Any

from domain.errors import NotFoundError
from domain.threads import section_generation
from domain.threads.section_generation import GenerateSectionsArguments
from gateway.jobs.areas.answer_progress import ANSWERED, ASKED, following
from gateway.jobs.handlers import Handlers, InSteps, JobContext, metered


async def generate_sections(context: JobContext, arguments: GenerateSectionsArguments) -> dict[str, Any]:
    """Ask for sections outside of any transaction, and store them in one."""
    ports = context.ports
    async with ports.open_reads(metered()) as reads:
        request = await section_generation.request_of(reads, context.act(), arguments)
    if request is None:
        return {"contents": 0}  # the thread was deleted
    await context.report(ASKED, "Writing the sections.")

    async def check() -> None:
        async with ports.open_reads(metered()) as reads:
            await section_generation.check_there(reads, context.act(), arguments)

    heard = following(context, "Writing the sections.", longest=request.longest, check=check)
    shape = section_generation.shape(arguments.count)
    try:
        written = await ports.assistant.write(request, shape, before=check, heard=heard)
    except NotFoundError:
        return {"contents": 0}  # the thread was deleted meanwhile
    await context.report(ANSWERED, "Storing them.")
    async with context.open_work() as work:
        count = await section_generation.keep(
            work, context.act(), arguments, written.value, job_id=context.job.id
        )
    return {"contents": count}


HANDLERS: Handlers = {section_generation.GENERATE.name: InSteps(generate_sections)}
"""The handler of each kind, by its name."""
