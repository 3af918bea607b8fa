"""Print jobs: the kinds of work that make printouts, and that remove old ones."""

from datetime import timedelta

from domain.accounts.users import Role
from domain.entities import entity
from domain.ids import PrintoutId, UserId
from domain.jobs.job_kinds import JobKind, NoArguments, RetryPolicy

QUEUE = "printouts"
AT_ONCE = 2
"""How many documents are printed at the same time, over all workers."""


@entity
class PrintArguments:
    """Which printout, and of which user."""

    printout_id: PrintoutId
    user_id: UserId


PRINT = JobKind(
    name="print_document",
    description="Makes the file of a printout.",
    queue=QUEUE,
    arguments=PrintArguments,
    at_once=AT_ONCE,
    retries=RetryPolicy(attempts=3, timeout=timedelta(minutes=2)),
    user="user_id",
    result={"outcome": str},
)
TIDY = JobKind(
    name="tidy_printouts",
    description="Removes files of printouts that are not kept any more.",
    queue="maintenance",
    arguments=NoArguments,
    retries=RetryPolicy(attempts=1),
    starter=Role.OPERATOR,
    result={"removed": int},
)
