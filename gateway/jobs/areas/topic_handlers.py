"""Handlers of topics: a language model names subtopics, which are kept where they are new."""

from typing import Any

from domain.topics import generated_topics, topic_jobs
from domain.topics.topic_jobs import GenerateTopicsArguments
from gateway.jobs.areas.answer_progress import ANSWERED, ASKED
from gateway.jobs.handlers import Handlers, InSteps, JobContext, metered


async def generate_topics(context: JobContext, arguments: GenerateTopicsArguments) -> dict[str, Any]:
    """Ask for subtopics outside of any transaction, then add what is new in one."""
    async with context.ports.open_reads(metered()) as reads:
        plan = await topic_jobs.plan(reads, arguments)
    if plan is None:
        return {"added": 0}
    await context.report(ASKED, "Asking for subtopics.")
    shape = generated_topics.shape_for(plan.existing)
    written = await context.ports.assistant.write(plan.request, shape)
    await context.report(ANSWERED, "Adding the subtopics that are new.")
    async with context.open_work() as work:
        added = await topic_jobs.keep(work, context.act(), arguments, written.value, job_id=context.job.id)
    return {"added": added}


HANDLERS: Handlers = {topic_jobs.GENERATE.name: InSteps(generate_topics)}
"""The handler of each kind, by its name."""
