"""Lists of jobs in payloads: each is made as long as asked for, and counted."""

from domain.accounts.users import Viewer
from tests.graph.other_lists import Cost, below
from tests.support.jobs import failed
from tests.support.schema_client import Asker


async def costs_of_changed_jobs(ask: Asker, viewer: Viewer, size: int) -> dict[str, Cost]:
    """Retry `size` failed jobs, then discard as many."""
    costs: dict[str, Cost] = {}
    for mutation, given in (("retryJobs", {}), ("discardJobs", {"reason": "A test."})):
        for _ in range(size):
            await failed(ask)
        title = mutation[0].upper() + mutation[1:]
        coordinate = f"{title}Payload.jobs"
        document = (
            f"mutation ($input: {title}Input!) {{ {mutation}(input: $input) {{ jobs {below(coordinate)} }} }}"
        )
        jobs = (await ask.data(document, viewer, input=given))[mutation]["jobs"]
        costs[coordinate] = (ask.statements, len(jobs))
    return costs
