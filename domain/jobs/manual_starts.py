"""Manual starts: operators and their API keys start jobs of registered kinds by hand."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from domain.accounts import audit, roles
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.errors import InvalidInputError
from domain.idempotency import checked_key, first_use
from domain.ids import JobId
from domain.jobs import job_arguments, job_starts
from domain.jobs.job_kinds import JobKind, JobKinds
from domain.jobs.job_starts import JobRequest
from domain.jobs.jobs import Job
from domain.jobs.work import JobsWork
from domain.refusals import all_at_once

LATEST = timedelta(days=365)
"""How far ahead a job may be planned."""


async def start(
    work: JobsWork,
    act: Act,
    kinds: JobKinds,
    *,
    kind: str,
    arguments: Mapping[str, Any],
    run_at: datetime | None,
    key: str,
) -> Job:
    """Start a job, at once or at a time within a year; the same key gives the same job for a day.

    Raises, all at once, ForbiddenError and InvalidInputErrors that name their fields; or IdempotencyKeyReusedError.
    """
    wanted = act.mint("job")
    with all_at_once() as each:
        declared: JobKind | None = None
        with each:
            declared = startable(kinds, kind)
            await _require_starter(work, act, declared)
            read = job_arguments.read(declared, arguments)
        with each:
            if declared is None:
                job_arguments.check_size(arguments)
        with each:
            if run_at is not None and not act.now <= run_at <= act.now + LATEST:
                raise InvalidInputError("runAt must be within the next 365 days.", field="runAt")
        with each:
            checked_key(key)
    assert declared is not None  # noqa: S101 - else the block has raised
    given = {"kind": kind, "arguments": dict(arguments), "run_at": run_at}
    earlier = await first_use(
        work.receipts, act, operation="startJob", key=key, given=given, result_id=wanted
    )
    if earlier is not None:
        return await _stored(work, JobId(earlier))
    request = JobRequest(id=JobId(wanted), arguments=read, at=run_at)
    job = await job_starts.start(work, act, declared, request)
    await audit.record(work.audit, act, AuditAction.JOB_STARTED, target=job.id, difference={"kind": kind})
    return job


def startable(kinds: JobKinds, name: str) -> JobKind:
    """Return the kind if it can be started by hand; raises InvalidInputError that names those that can."""
    kind = kinds.get(name)
    if kind is None or kind.starter is None:
        names = ", ".join(sorted(each.name for each in kinds.values() if each.starter is not None))
        raise InvalidInputError(f"kind must be one of {names}.", field="kind")
    return kind


async def _require_starter(work: JobsWork, act: Act, kind: JobKind) -> None:
    if act.actor_id is not None and kind.starter is not None:
        await roles.require(work.roles, user_id=act.actor_id, role=kind.starter, now=act.now)


async def _stored(work: JobsWork, job_id: JobId) -> Job:
    (job,) = await work.jobs.by_ids([job_id], viewer_id=None, sees_all=True)
    if job is None:
        raise InvalidInputError("The job of this key was removed; make a new key.", field="idempotencyKey")
    return job
