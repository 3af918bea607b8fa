"""Printout requests: a user asks for a file of something that they may see, and a job makes it."""

from datetime import timedelta

from domain.acts import Act
from domain.entities import entity
from domain.errors import NotFoundError
from domain.ids import JobId, PrintoutId
from domain.jobs import job_starts
from domain.jobs.job_starts import JobRequest
from domain.jobs.jobs import Job
from domain.printouts import documents, targets
from domain.printouts.print_jobs import PRINT, PrintArguments
from domain.printouts.printouts import (
    MOST_A_DAY,
    MOST_AT_WORK,
    WAITS,
    PrintFormat,
    Printout,
    PrintoutState,
    TooManyPrintoutsError,
)
from domain.printouts.readings import Reading
from domain.printouts.work import PrintoutsWork

_DAY = timedelta(days=1)


@entity
class StartedPrintout:
    """A printout that waits for its file, and the job that makes it."""

    printout: Printout
    job: Job


async def request(
    work: PrintoutsWork, act: Act, *, target_id: str, format: PrintFormat, api_url: str
) -> StartedPrintout:
    """Start the job that prints a target.

    Raises InvalidInputError, NotFoundError, DocumentTooLongError or TooManyPrintoutsError.
    """
    targets.kind_of(target_id)
    counts = await work.printouts.lock_and_count(act.user_id, now=act.now, since=act.now - _DAY)
    if counts.at_work >= MOST_AT_WORK:
        raise TooManyPrintoutsError(f"{MOST_AT_WORK} printouts are being made; wait for one of them.")
    if counts.today >= MOST_A_DAY:
        raise TooManyPrintoutsError(f"At most {MOST_A_DAY} printouts a day; use one of those you have.")
    reading = Reading(viewer_id=act.user_id, now=act.now, api_url=api_url)
    document = await targets.compose(work, target_id, reading)
    if document is None:
        raise NotFoundError("There is nothing with this id to print.", field="targetId")
    documents.check_length(document)
    job_id = JobId(act.mint("job"))
    printout = Printout(
        id=PrintoutId(act.mint("printout")),
        user_id=act.user_id,
        target_id=target_id,
        format=format,
        title=document.title,
        file_name=document.file_name,
        state=PrintoutState.WAITING,
        job_id=job_id,
        created_at=act.now,
        finished_at=None,
        expires_at=act.now + WAITS,
        size_bytes=None,
        pages=None,
        failure=None,
    )
    arguments = PrintArguments(printout_id=printout.id, user_id=act.user_id)
    job = await job_starts.start(
        work, act, PRINT, JobRequest(arguments=arguments, id=job_id, user_id=act.user_id)
    )
    await work.printouts.add(printout)
    return StartedPrintout(printout=printout, job=job)
