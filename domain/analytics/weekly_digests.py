"""Weekly digests: mails about a learner's week, on Monday at 8 in the reader's zone, to those who asked for them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import field
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from domain.acts import Act
from domain.analytics import weak_areas
from domain.analytics.learner_analytics import DayTotals
from domain.analytics.work import AnalyticsWork
from domain.entities import entity
from domain.gamification import current_streak
from domain.gamification.current_streak import Streak, StreakState
from domain.ids import UserId
from domain.jobs.job_kinds import JobKind, NoArguments
from domain.mail import email_preferences, messages, outbox
from domain.mail.email_preferences import PreferencesWork
from domain.mail.messages import Recipient
from domain.workflows import workflow_starts
from domain.workflows.vocabulary import Vocabulary
from domain.workflows.work import AdvancingWork
from domain.workflows.workflow_starts import WorkflowRequest

FIRST_HOUR, LAST_HOUR = 8, 19
"""The hours of Monday in which a digest is sent: from 8, and after a downtime until the day is nearly over."""
MOST_WEAK_AREAS = 3
_MONDAY = 0
_WEEK = timedelta(days=7)


@entity
class WeeklyDigestArguments:
    """Whose digest, and the date of its Monday as `2026-03-02`."""

    user_id: UserId
    monday: str = field(metadata={"is_date": True})


@entity
class CountDigestsArguments:
    """The results of the jobs of digests."""

    results: list[dict[str, Any]]


START_DIGESTS = JobKind(
    name="start_weekly_digests",
    description="Starts the weekly digests of the zones where it is Monday morning.",
    queue=outbox.QUEUE,
    arguments=NoArguments,
    result={"started": int, "outcome": str},
)
SEND_DIGEST = JobKind(
    name="weekly_digest",
    description="Posts the weekly digest of one learner.",
    queue=outbox.QUEUE,
    arguments=WeeklyDigestArguments,
    user="user_id",
    result={"outcome": str},
)
COUNT_DIGESTS = JobKind(
    name="count_weekly_digests",
    description="Counts the weekly digests of a workflow by their outcome.",
    queue=outbox.QUEUE,
    arguments=CountDigestsArguments,
)
TEMPLATE = "weekly_digest"


@entity
class DigestReader:
    """Who gets a digest."""

    email: str
    handle: str
    time_zone: str


class Digests(Protocol):
    """Who wants digests, and who has got which; suspended, leaving and unverified users are left out."""

    async def zones(self) -> list[str]:
        """Return the time zones of those who want digests."""

    async def due(
        self, zones: list[str], monday: date, *, now: datetime, after: UserId | None, limit: int
    ) -> list[UserId]:
        """Return who wants the digest of that Monday and has not got it, nor a job that tries, by id."""

    async def claim(self, user_id: UserId, monday: date, *, now: datetime) -> DigestReader | None:
        """Note that the user has got the digest of that Monday; None if they have already, or want none."""

    async def due_reviews(self, user_id: UserId, *, now: datetime) -> int:
        """Return how many review cards of the user are due."""


class DigestWork(AdvancingWork, PreferencesWork, AnalyticsWork, Protocol):
    """The stores that verbs of digests may use."""

    @property
    def digests(self) -> Digests:
        """Who wants digests, and who has got which."""


@entity
class DigestLinks:
    """Where a digest links to: the web app, and this gateway, which knows its links by a signature."""

    public_url: str
    api_url: str
    secret: bytes


async def start_due(
    work: DigestWork, act: Act, vocabulary: Vocabulary, *, after: UserId | None, limit: int
) -> list[UserId]:
    """Start a workflow of the next digests that are due now, each once; return whose, by id."""
    on_monday = zones_on_monday(await work.digests.zones(), act.now)
    if on_monday is None:
        return []
    monday, zones = on_monday
    user_ids = await work.digests.due(zones, monday, now=act.now, after=after, limit=limit)
    if user_ids:
        inputs = {"monday": monday.isoformat(), "readers": user_ids}
        asked = WorkflowRequest(template=TEMPLATE, inputs=inputs)
        await workflow_starts.start_shipped(work, act, vocabulary, asked)
    return user_ids


def counted(arguments: CountDigestsArguments) -> dict[str, int]:
    """Return how many digests had which outcome."""
    return dict(Counter(str(result.get("outcome")) for result in arguments.results))


def zones_on_monday(zones: Iterable[str], now: datetime) -> tuple[date, list[str]] | None:
    """Return the date of Monday, which is the same in all of them, and the zones where it is between 8 and 20."""
    local = {zone: now.astimezone(ZoneInfo(zone)) for zone in zones}
    due = sorted(zone for zone, at in local.items() if _is_time(at))
    return (local[due[0]].date(), due) if due else None


async def send(work: DigestWork, act: Act, arguments: WeeklyDigestArguments, links: DigestLinks) -> str:
    """Post a digest once; return its outcome: POSTED, or why there is none."""
    user_id, monday = arguments.user_id, date.fromisoformat(arguments.monday)
    reader = await work.digests.claim(user_id, monday, now=act.now)
    if reader is None:
        return "NOT_WANTED"
    local = act.now.astimezone(ZoneInfo(reader.time_zone))
    if local.date() != monday or not _is_time(local):
        return "TOO_LATE"
    facts, review = await _contents(work, user_id, monday, act.now)
    if not facts and not review:
        return "NOTHING_TO_SAY"
    path = email_preferences.unsubscribe_path(user_id, secret=links.secret)
    mail = messages.weekly_digest(
        Recipient(email=reader.email, handle=reader.handle, public_url=links.public_url),
        facts=facts,
        weak_areas=review,
        unsubscribe_url=links.api_url.rstrip("/") + path,
    )
    await outbox.post(work, act, mail)
    return "POSTED"


async def _contents(
    work: DigestWork, user_id: UserId, monday: date, now: datetime
) -> tuple[list[str], list[str]]:
    """Return the facts of the week before, and what to review."""
    figures = await work.dashboards.figures(user_id, now=now)
    days = await work.analytics.days(user_id, exam_type_id=None, since=monday - _WEEK)
    weak = await weak_areas.of_user(work.analytics, user_id=user_id, exam_type_id=None)
    facts = week_facts([day for day in days.days if day.local_date < monday])
    facts += review_facts(await work.digests.due_reviews(user_id, now=now))
    if figures is not None:
        facts += streak_facts(current_streak.streak_at(figures.history, figures.zone, now))
    return facts, [area.recommendation for area in weak[:MOST_WEAK_AREAS]]


def week_facts(days: list[DayTotals]) -> list[str]:
    """Return what happened on these days of one week; nothing without a quiz."""
    quizzes, questions = sum(day.quizzes for day in days), sum(day.questions for day in days)
    if not quizzes:
        return []
    correct = sum(day.correct for day in days)
    return [f"Quizzes: {quizzes}, on {len(days)} of 7 days", f"Right answers: {correct} of {questions}"]


def review_facts(due: int) -> list[str]:
    """Return how many review cards are due; nothing without one."""
    return [f"Reviews due: {due}"] if due else []


def streak_facts(streak: Streak) -> list[str]:
    """Return how long the streak is, and whether it needs an activity today; nothing without a streak."""
    if not streak.current:
        return []
    need = ", learn today to keep it" if streak.state is StreakState.AT_RISK else ""
    return [f"Streak: {streak.current} {'day' if streak.current == 1 else 'days'}{need}"]


def _is_time(local: datetime) -> bool:
    return local.weekday() == _MONDAY and FIRST_HOUR <= local.hour <= LAST_HOUR
