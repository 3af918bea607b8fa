"""Reports, suspensions and regrades through the schema in tests."""

from typing import Any

from domain.accounts.users import Role, Viewer
from domain.ids import UserId
from domain.unit_of_work import Meter
from gateway.jobs.handler_table import HANDLERS
from gateway.jobs.handlers import JobContext
from tests.support.accounts import mutate
from tests.support.attempts import QuizTaker
from tests.support.schema_client import Asker, viewer_of

REPORT = "report { id kind comment state answer decidedAt question { id } reporter { id } }"
QUALITY = """quality { flagCount isFlagged incorrectCount suggestsSuspension regradableAttempts
  suspension { reason } statistics { responses facility discrimination difficulty medianTime
  choices { answer count } } }"""
MINE = """query ($state: ReportState, $kind: ReportKind) { viewer {
  questionReports(state: $state, kind: $kind) { nodes { id kind state answer } } } }"""
QUEUE = """query ($state: ReportState, $kind: ReportKind, $q: ID) {
  questionReports(state: $state, kind: $kind, questionId: $q) { nodes { id kind state reporter { id } } } }"""


def author_of(taker: QuizTaker) -> Viewer:
    return viewer_of(UserId(str(taker.quiz.author_id)), Role.LEARNER, Role.AUTHOR)


async def a_moderator(ask: Asker) -> Viewer:
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.MODERATOR])
    return viewer


async def asked(taker: QuizTaker) -> Viewer:
    """Return another learner who was asked the questions of the quiz."""
    _, viewer = await taker.ask.learner()
    await taker.start_attempt(viewer=viewer)
    return viewer


async def report(
    ask: Asker, viewer: Viewer, question_id: str, kind: str = "TYPO", comment: str = ""
) -> dict[str, Any]:
    return await mutate(
        ask, viewer, "reportQuestion", REPORT, questionId=question_id, kind=kind, comment=comment
    )


async def reported(ask: Asker, viewer: Viewer, question_id: str, kind: str = "TYPO") -> str:
    """Report a question; return the id of the report."""
    payload = await report(ask, viewer, question_id, kind, "It is wrong.")
    assert payload["userErrors"] == [], payload
    found: str = payload["report"]["id"]
    return found


async def flagged(taker: QuizTaker, kind: str = "INCORRECT", count: int = 3) -> list[str]:
    """Let learners report the first question of a quiz; return the ids of the reports."""
    return [await reported(taker.ask, await asked(taker), taker.questions[0].id, kind) for _ in range(count)]


async def quality_of(ask: Asker, viewer: Viewer) -> list[dict[str, Any] | None]:
    """Return the quality of the newest version of each question of an author."""
    text = "{ myContent(type: QUESTION) { nodes { question { %s } } } }" % QUALITY
    nodes = (await ask.data(text, viewer))["myContent"]["nodes"]
    return [node["question"]["quality"] for node in nodes]


async def run_jobs(ask: Asker, *kinds: str) -> list[dict[str, Any] | None]:
    """Run the waiting jobs of some kinds that are due, oldest first; return their results."""
    waiting = (
        """SELECT id FROM jobs WHERE state = 'QUEUED' AND kind = ANY ($1) AND next_run_at <= $2 ORDER BY id"""
    )
    results = []
    async with ask.postgres.open_work(Meter()) as work:
        ids = [row["id"] for row in await work.connection.raw.fetch(waiting, [*kinds], ask.clock())]
    for job_id in ids:
        async with ask.postgres.open_work(Meter()) as work:
            entry = await work.connection.raw.fetchval("SELECT entry_id FROM jobs WHERE id = $1", job_id)
            job = await work.runs.begin(job_id, entry_id=entry, now=ask.clock())
        assert job is not None
        await HANDLERS[job.kind].run(JobContext(job, ask.ports), arguments_of(job))
        async with ask.postgres.open_reads(Meter()) as reads:
            (ended,) = await reads.jobs.by_ids([job_id], viewer_id=None, sees_all=True)
        assert ended is not None
        results.append(ended.result)
    return results


def arguments_of(job: Any) -> Any:
    from domain.job_table import KINDS  # noqa: PLC0415 - it imports every area

    return KINDS[job.kind].arguments(**job.arguments)
