"""Import jobs: the kinds of the steps of a large import, and its template's name."""

from datetime import timedelta

from domain.accounts.users import Role
from domain.entities import entity
from domain.ids import ImportId, UserId
from domain.jobs.job_kinds import JobKind, NoArguments, RetryPolicy

TEMPLATE = "large_import"
QUEUE = "imports"
READ, ENDED = "READ", "ENDED"
"""The outcomes of the first steps: the file is read further, or nothing of it can be imported."""
GIVEN_UP_AFTER = timedelta(hours=2)
"""How long after it was asked for an import counts as broken off, if no workflow goes on with it."""
_AT_ONCE = 2
"""How many files are read at the same time, over all workers."""


@entity
class ImportArguments:
    """Which import, and of which author."""

    import_id: ImportId
    user_id: UserId


def _kind(name: str, description: str, *, minutes: int) -> JobKind:
    return JobKind(
        name=name,
        description=description,
        queue=QUEUE,
        arguments=ImportArguments,
        at_once=_AT_ONCE,
        retries=RetryPolicy(attempts=3, timeout=timedelta(minutes=minutes)),
        user="user_id",
    )


CHECK = _kind("check_import", "Tells the format and the encoding of an uploaded file.", minutes=5)
STAGE = _kind("stage_import", "Reads an uploaded file, and stages what it holds.", minutes=30)
KEEP = _kind("keep_import", "Stores what an uploaded file holds, in one transaction.", minutes=30)
REPORT = _kind("report_import", "Ends an import, and counts what came of it.", minutes=5)
TIDY_FILES = JobKind(
    name="tidy_files",
    description="Removes files of uploads that have expired, and images that nothing shows.",
    queue="maintenance",
    arguments=NoArguments,
    retries=RetryPolicy(attempts=1),
    starter=Role.OPERATOR,
)
