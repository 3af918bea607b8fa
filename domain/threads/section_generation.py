"""Section generation: a job has a language model write sections, and adds them to the end of a thread."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from domain import ids, text
from domain.accounts.users import Role
from domain.acts import Act
from domain.ai import quota_checks
from domain.ai.quotas import AiQuota
from domain.ai.requests import AiRequest, OutputShape, Purpose
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.ids import JobId, ThreadContentId, ThreadId, UserId
from domain.jobs import job_starts
from domain.jobs.job_kinds import JobKind, RetryPolicy
from domain.jobs.job_starts import JobRequest
from domain.jobs.jobs import Job
from domain.paging import Window
from domain.refusals import all_at_once
from domain.threads.content_changes import check_room
from domain.threads.thread_changes import changed
from domain.threads.thread_contents import (
    LONGEST_BODY,
    MOST_CONTENTS,
    ThreadContent,
    checked_body,
    checked_content_title,
)
from domain.threads.threads import Thread, own_thread
from domain.threads.work import ThreadsWork

LONGEST_TOPIC = 500
MOST_SECTIONS = 20
"""How many sections one job writes."""
_TOKENS_OF_SECTION = 700
"""How long a section may be, in tokens."""


@entity
class GenerateSectionsArguments:
    """The thread, its owner, and what the sections are about."""

    thread_id: ThreadId
    user_id: UserId
    topic: str
    count: int


GENERATE = JobKind(
    name="generate_thread_contents",
    description="Has a language model write sections of a thread.",
    queue="generation",
    arguments=GenerateSectionsArguments,
    retries=RetryPolicy(attempts=4, timeout=timedelta(minutes=5)),
    user="user_id",
    result={"contents": int},
)


@entity
class Section:
    """A section as a language model wrote it."""

    title: str
    body: str


async def start(
    work: ThreadsWork,
    act: Act,
    *,
    thread_id: ThreadId,
    topic: str,
    count: int,
    quota: AiQuota | None = None,
) -> Job:
    """Start a job that writes sections of a thread of the actor's; while one runs for the thread, return that one.

    Raises, all at once, InvalidInputErrors that name the fields; NotFoundError, TooManyContentsError or
    AiQuotaReachedError.
    """
    with all_at_once() as each:
        with each:
            topic = text.line(topic, field="topic", longest=LONGEST_TOPIC)
        with each:
            if not 1 <= count <= MOST_SECTIONS:
                raise InvalidInputError(f"count must be 1 to {MOST_SECTIONS}.", field="count")
    thread = await own_thread(work.threads, act, thread_id)
    check_room(thread, count)
    arguments = GenerateSectionsArguments(thread_id=thread.id, user_id=act.user_id, topic=topic, count=count)
    request = JobRequest(
        arguments=arguments, id=JobId(act.mint("job")), user_id=act.user_id, dedupe_key=thread.id
    )
    job = await job_starts.start(work, act, GENERATE, request)
    if quota is not None and job.id == request.id:
        await quota_checks.require_request(work, act.user_id, quota, now=act.now)
    return job


async def request_of(reads: ThreadsWork, act: Act, arguments: GenerateSectionsArguments) -> AiRequest | None:
    """Return what the language model is asked; None where the thread or the account is gone."""
    user_id = arguments.user_id
    (thread,) = await reads.threads.by_ids([arguments.thread_id], viewer_id=user_id, now=act.now)
    roles = await reads.users.roles_of(user_id)
    if thread is None or roles is None:
        return None
    (page,) = await reads.thread_contents.of_threads(
        [thread.id], Window(size=MOST_CONTENTS), viewer_id=user_id, now=act.now
    )
    return AiRequest(
        caller_id=user_id,
        roles=frozenset[Role](roles),
        purpose=Purpose.SECTIONS,
        prompt="sections",
        longest=_TOKENS_OF_SECTION * arguments.count,
        values={"count": arguments.count},
        quoted={"topic": arguments.topic, "thread": _outline(thread, page.nodes)},
    )


async def check_there(reads: ThreadsWork, act: Act, arguments: GenerateSectionsArguments) -> None:
    """Raise NotFoundError where the thread was deleted meanwhile."""
    (thread,) = await reads.threads.by_ids([arguments.thread_id], viewer_id=arguments.user_id, now=act.now)
    if thread is None:
        raise NotFoundError("The thread was deleted.", field="threadId")


async def keep(
    work: ThreadsWork,
    act: Act,
    arguments: GenerateSectionsArguments,
    sections: Sequence[Section],
    *,
    job_id: JobId,
) -> int:
    """Add the sections to the end of the thread, marked as generated; a second run of the job adds none.

    Return how many there are. Raises NotFoundError for a thread that is gone, or TooManyContentsError.
    """
    thread = await own_thread(work.threads, act.by(arguments.user_id), arguments.thread_id)
    made = [_id_of(job_id, place) for place in range(len(sections))]
    known = await work.thread_contents.by_ids(made, viewer_id=arguments.user_id, now=act.now)
    if any(known):
        return len(sections)
    check_room(thread, len(sections))
    contents = [
        ThreadContent(
            id=id_,
            thread_id=thread.id,
            position=thread.content_count + place,
            title=section.title,
            body=section.body,
            is_generated=True,
            created_at=act.now,
            changed_at=act.now,
        )
        for place, (id_, section) in enumerate(zip(made, sections, strict=True))
    ]
    await work.thread_contents.insert(contents)
    await changed(work, act, thread)
    return len(contents)


def shape(count: int) -> OutputShape[list[Section]]:
    """Return the shape of an answer with so many sections, each by the rules of contents."""
    section = {
        "type": "object",
        "properties": {
            "title": {"type": "string", "description": "One line of at most 200 characters."},
            "body": {"type": "string", "description": f"Markdown of at most {LONGEST_BODY} characters."},
        },
        "required": ["title", "body"],
        "additionalProperties": False,
    }
    return OutputShape(
        read=_read,
        schema={
            "type": "object",
            "properties": {
                "sections": {"type": "array", "items": section, "minItems": count, "maxItems": count}
            },
            "required": ["sections"],
            "additionalProperties": False,
        },
        check=lambda sections: _findings(sections, count),
    )


def _read(answer: Any) -> list[Section]:
    """Read the sections of an answer; raises ValueError that says what is wrong."""
    found = answer.get("sections") if isinstance(answer, dict) else None
    if not isinstance(found, list) or not found:
        raise ValueError('the answer must be an object with a list "sections" that is not empty')
    sections = []
    for place, each in enumerate(found):
        texts = [each.get(name) if isinstance(each, dict) else None for name in ("title", "body")]
        title, body = (value if isinstance(value, str) else "" for value in texts)
        if not (title.strip() and body.strip()):
            raise ValueError(f'sections[{place}] must have the texts "title" and "body", both not empty')
        sections.append(Section(title=" ".join(title.split()), body=body.strip()))
    return sections


def _findings(sections: Sequence[Section], count: int) -> list[str]:
    """Return what the sections lack by the rules of contents."""
    findings = [] if len(sections) == count else [f"There must be {count} sections, not {len(sections)}."]
    for place, section in enumerate(sections):
        for check, value in ((checked_content_title, section.title), (checked_body, section.body)):
            try:
                check(value)
            except DomainError as refusal:
                findings.append(f"sections[{place}]: {refusal.message}")
    return findings


def _outline(thread: Thread, contents: Sequence[ThreadContent]) -> str:
    """Return the title of a thread with those of its contents, which the new sections follow."""
    return "\n".join([thread.title, *(f"- {content.title}" for content in contents)])


def _id_of(job_id: JobId, place: int) -> ThreadContentId:
    """Return the id of a section of a job, the same in each of its runs."""
    randomness = hashlib.sha256(f"{job_id}:{place}".encode()).digest()
    return ThreadContentId(
        ids.compose("threadcontent", milliseconds=ids.milliseconds_of(job_id), randomness=randomness)
    )
