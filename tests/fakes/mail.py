"""Mails and the jobs that send them, in memory."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.ids import JobId
from domain.jobs.job_states import JobState
from domain.jobs.jobs import Job, NewJob
from domain.mail.mails import Mail, NewMail
from domain.signals import Signal
from tests.builders.mail import NOON


@dataclass
class _Entry:
    mail: Mail
    job_id: JobId | None
    done_at: datetime | None = None
    claimed_until: datetime | None = None


class FakeMails:
    """Mails in a list; each is added at noon."""

    def __init__(self) -> None:
        self.entries: list[_Entry] = []

    async def add(self, mail: NewMail, *, job_id: JobId | None) -> int:
        mail_id = len(self.entries) + 1
        stored = Mail(
            id=mail_id,
            to=mail.to,
            kind=mail.kind,
            subject=mail.subject,
            body=mail.body,
            values=mail.values,
        )
        self.entries.append(_Entry(stored, job_id))
        return mail_id

    async def waiting_one(self, mail_id: int) -> Mail | None:
        found = [entry.mail for entry in self.entries if entry.mail.id == mail_id and not entry.done_at]
        return found[0] if found else None

    async def claim(self, mail_id: int, *, now: datetime, until: datetime) -> Mail | None:
        entry = next((e for e in self.entries if e.mail.id == mail_id and not e.done_at), None)
        if entry is None or (entry.claimed_until is not None and entry.claimed_until > now):
            return None
        entry.claimed_until = until
        return entry.mail

    async def release(self, mail_id: int) -> None:
        self._find(mail_id).claimed_until = None

    async def recipient(self, mail_id: int) -> str | None:
        found = [entry.mail.to for entry in self.entries if entry.mail.id == mail_id]
        return found[0] if found else None

    async def sent(self, mail_id: int, *, now: datetime) -> None:
        self._finish(mail_id, now)

    async def given_up(self, mail_id: int, *, reason: str, now: datetime) -> None:
        self._finish(mail_id, now)

    async def suppressed(self, mail_id: int, *, reason: str, now: datetime) -> None:
        self._finish(mail_id, now)

    async def without_job(self, *, limit: int) -> list[int]:
        return [e.mail.id for e in self.entries if not e.done_at and e.job_id is None][:limit]

    async def set_job(self, mail_id: int, job_id: JobId) -> None:
        self._find(mail_id).job_id = job_id

    async def forget_recipients(self, *, before: datetime, now: datetime) -> None:
        for entry in self.entries:
            if (entry.done_at or NOON) < before:
                entry.mail = replace(entry.mail, to="", subject="", body="", values=None)
                entry.done_at = entry.done_at or now

    async def forget(self, *, before: datetime) -> None:
        self.entries = [e for e in self.entries if e.done_at is None or e.done_at >= before]

    async def waiting(self) -> int:
        return sum(entry.done_at is None for entry in self.entries)

    def _finish(self, mail_id: int, now: datetime) -> None:
        entry = self._find(mail_id)
        if entry.done_at is None:
            entry.mail, entry.done_at = replace(entry.mail, body=""), now

    def _find(self, mail_id: int) -> _Entry:
        return next(entry for entry in self.entries if entry.mail.id == mail_id)


class FakeJobs:
    """Jobs that were started."""

    def __init__(self) -> None:
        self.started: list[NewJob] = []

    async def add(self, new: list[NewJob]) -> list[Job]:
        self.started += new
        return [_job(each) for each in new]


@dataclass
class FakeMailWork:
    """The stores that posting a mail uses."""

    mails: FakeMails = field(default_factory=FakeMails)
    jobs: FakeJobs = field(default_factory=FakeJobs)
    signals: list[Signal] = field(default_factory=list)

    def emit(self, signal: Signal) -> None:
        self.signals.append(signal)


def _job(new: NewJob) -> Job:
    return Job(
        id=new.id,
        kind=new.kind,
        queue=new.queue,
        priority=new.priority,
        state=JobState.QUEUED,
        arguments=new.arguments,
        user_id=new.user_id,
        attempts=0,
        run=0,
        progress=0,
        note=None,
        error=None,
        result=None,
        created_at=new.created_at,
        started_at=None,
        finished_at=None,
        next_run_at=new.next_run_at,
        trace_parent=new.trace_parent,
        request_id=new.request_id,
        workflow_id=new.workflow_id,
    )
