"""Quality scenes: reports in every state, a question with statistics that is suspended, and attempts to grade again."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from domain.accounts.users import Viewer
from domain.content.answers import Answer
from domain.content.question_kinds.choices import MOST_OPTIONS
from domain.content.question_kinds.table import QuestionKind
from domain.ids import QuestionId, QuestionReportId, UserId
from domain.quality.item_statistics import FEWEST, ItemResponse, ItemTotals
from domain.quality.question_reports import QuestionReport, ReportKind, ReportState
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.builders.attempts import a_question, store_quiz
from tests.support.accounts import accepted
from tests.support.attempts import QuizTaker, a_quiz_taker
from tests.support.clients.quality import (
    MINE,
    QUEUE,
    a_moderator,
    asked,
    author_of,
    report,
    reported,
    run_jobs,
)
from tests.support.list_fields import ListPaths
from tests.support.schema_client import Asker
from tests.support.seen_fields import WatchingAsker, everything

NO_ARGUMENTS = ListPaths({})
QUALITY_ALONE = "question { quality { regradableAttempts } }"
KINDS = [kind.value for kind in ReportKind]


async def store_totals(ask: Asker, question_id: str, choices: Sequence[str]) -> None:
    """Store totals of enough responses to be shown: all chose all of the choices, and the better half was wrong."""
    totals = ItemTotals(question_id=QuestionId(question_id))
    for number in range(FEWEST):
        totals = totals.plus(
            ItemResponse(
                question_id=totals.question_id,
                credit=10_000 * (number < FEWEST // 2),
                rest=100 * number,
                choices=choices,
                took=timedelta(seconds=20 + number),
            )
        )
    async with ask.postgres.open_work(Meter()) as work:
        await work.items.save([totals])


async def store_report(ask: Asker, question_id: str, reporter_id: UserId) -> str:
    """Store an open report; return its id."""
    new = QuestionReport(
        id=QuestionReportId(mint("report")),
        question_id=QuestionId(question_id),
        reporter_id=reporter_id,
        kind=ReportKind.TYPO,
        comment="A slip.",
        state=ReportState.PENDING,
        answer=None,
        created_at=ask.clock(),
        decided_at=None,
        author_id=reporter_id,
    )
    async with ask.postgres.open_work(Meter()) as work:
        return (await work.question_reports.add(new)).id


async def questions_of_another(ask: Asker, count: int) -> list[str]:
    """Store questions of an author of their own; return their ids."""
    author, _ = await ask.learner()
    made = [a_question() for _ in range(count)]
    async with ask.postgres.open_work(Meter()) as work:
        await store_quiz(work, author.id, made)
    return [question.id for question, _ in made]


async def quality_of_size(ask: Asker, viewer: Viewer, size: int) -> None:
    """Let the viewer have reported `size` questions, of which one has as many choices in its statistics."""
    ids = await questions_of_another(ask, size)
    for question_id in ids:
        await store_report(ask, question_id, viewer.user_id)
    await store_totals(ask, ids[0], [f"option {n}" for n in range(min(size, MOST_OPTIONS))])


async def dismissable(ask: Asker, count: int) -> list[str]:
    """Let learners report one question; return the ids of the reports."""
    (question_id,) = await questions_of_another(ask, 1)
    return [await store_report(ask, question_id, (await ask.learner())[0].id) for _ in range(count)]


async def everything_judged(ask: WatchingAsker) -> None:
    """Report, suspend and correct a question, with statistics, and look at it as learner, author and moderator."""
    taker = await a_quiz_taker(ask, *[QuestionKind.TRUE_FALSE] * 3, *QuestionKind, slug="judged")
    moderator, author = await a_moderator(ask), author_of(taker)
    first, second = taker.questions[0].id, taker.questions[1].id
    reports = [await reported(ask, await asked(taker), first, "INCORRECT") for _ in range(3)]
    learner = await asked(taker)
    open_report = await reported(ask, learner, second)
    await store_totals(ask, first, ["true"])
    shown = everything("QuestionReport", 2, NO_ARGUMENTS)
    quality = f"nodes {{ quality {everything('QuestionQuality', 3, NO_ARGUMENTS)} }}".replace(
        "nodes", "question", 1
    )
    await ask.data(f"{{ myContent(type: QUESTION) {{ nodes {{ {quality} }} }} }}", author)
    await accepted(ask, moderator, "suspendQuestion", quality, questionId=first, reason="Wrong.")
    await accepted(ask, moderator, "resumeQuestion", quality, questionId=first)
    await accepted(ask, moderator, "suspendQuestion", quality, questionId=second, reason="Unclear.")
    await accepted(
        ask, moderator, "resolveReport", f"count report {shown}", reportId=reports[0], answer="Thanks."
    )
    await accepted(ask, moderator, "dismissReports", f"reports {shown}", reportIds=[open_report])
    for viewer, field, kind in (
        (moderator, "questionQuality", "QuestionQualityConnection"),
        (moderator, "questionReports", "QuestionReportConnection"),
        (learner, "viewer", "Viewer"),
        (author, 'quiz(by: {slug: "judged"})', "Quiz"),
    ):
        await ask.data(f"{{ {field} {everything(kind, 3, NO_ARGUMENTS)} }}", viewer)
    again = await asked(taker)
    sent = await report(ask, again, taker.questions[2].id)
    await accepted(ask, again, "withdrawReport", f"report {shown}", id=sent["report"]["id"])
    await _grade_again(ask, taker)
    await _grade_again(ask, await a_quiz_taker(ask, slug="judged-alone"))  # no attempt is open


async def _grade_again(ask: WatchingAsker, taker: QuizTaker) -> None:
    """Correct a key that an attempt was graded by, and start the regrade."""
    attempt_id = await taker.start_attempt()
    ask.clock.forward(seconds=20)
    await taker.answer(attempt_id, 1, Answer(truth=False))
    await taker.submit(attempt_id)
    changed = {"id": taker.questions[0].id, "version": 1, "key": {"truth": False}}
    await accepted(ask, author_of(taker), "updateQuestion", **changed)
    await ask.data(f"{{ myContent(type: QUESTION) {{ nodes {{ {QUALITY_ALONE} }} }} }}", author_of(taker))
    await accepted(ask, author_of(taker), "regradeQuestion", "job { id }", questionId=taker.questions[0].id)
    shown = everything("QuestionRegrade", 1, NO_ARGUMENTS)
    seen = f"{{ myContent(type: QUESTION) {{ nodes {{ question {{ quality {{ regrade {shown} }} }} }} }} }}"
    await ask.data(seen, author_of(taker))
    await run_jobs(ask, "regrade_question")
    await ask.data(
        "query ($id: ID!) { attempt(id: $id) { slots { corrected } } }", taker.viewer, id=attempt_id
    )
    await ask.data(seen, author_of(taker))


async def of_reported_kind(ask: Asker, values: Sequence[str]) -> list[Any]:
    taker = await a_quiz_taker(ask)
    found = []
    for value in values:
        payload = await report(ask, await asked(taker), taker.questions[0].id, value, "It is wrong.")
        found.append(payload["report"]["kind"])
    return found


async def _in_every_state(ask: Asker) -> tuple[Viewer, Viewer]:
    """Let a learner have a report of each kind, and one in each state; return them with a moderator."""
    moderator = await a_moderator(ask)
    taker = await a_quiz_taker(ask)
    learner = await asked(taker)
    ids = [
        await reported(ask, learner, question.id, kind)
        for question, kind in zip(taker.questions, KINDS, strict=False)
    ]
    await accepted(ask, moderator, "resolveReport", reportId=ids[1])
    await accepted(ask, moderator, "dismissReports", reportIds=[ids[2]])
    return learner, moderator


def of_queue(name: str) -> Callable[[Asker, Sequence[str]], Awaitable[list[Any]]]:
    async def effect(ask: Asker, values: Sequence[str]) -> list[Any]:
        _, moderator = await _in_every_state(ask)
        return [(await ask.data(QUEUE, moderator, **{name: value}))["questionReports"] for value in values]

    return effect


def of_own(name: str) -> Callable[[Asker, Sequence[str]], Awaitable[list[Any]]]:
    async def effect(ask: Asker, values: Sequence[str]) -> list[Any]:
        learner, _ = await _in_every_state(ask)
        return [(await ask.data(MINE, learner, **{name: value}))["viewer"] for value in values]

    return effect


async def of_listed_difficulty(ask: Asker, values: Sequence[str]) -> list[Any]:
    """List reported questions by difficulty, one of each."""
    moderator = await a_moderator(ask)
    for value in values:
        taker = await a_quiz_taker(ask)
        async with ask.postgres.open_work(Meter()) as work:
            change = "UPDATE questions SET difficulty = $1 WHERE id = $2"
            await work.connection.raw.execute(change, value, taker.questions[0].id)
        await reported(ask, await asked(taker), taker.questions[0].id)
    listed = "query ($d: Difficulty) { questionQuality(difficulty: $d) { nodes { question { id } } } }"
    return [(await ask.data(listed, moderator, d=value))["questionQuality"] for value in values]


EFFECTS: dict[str, Callable[[Asker, Sequence[str]], Awaitable[list[Any]]]] = {
    "ReportQuestionInput.kind ReportKind": of_reported_kind,
    "Query.questionReports(kind:) ReportKind": of_queue("kind"),
    "Query.questionReports(state:) ReportState": of_queue("state"),
    "Viewer.questionReports(kind:) ReportKind": of_own("kind"),
    "Viewer.questionReports(state:) ReportState": of_own("state"),
    "Query.questionQuality(difficulty:) Difficulty": of_listed_difficulty,
}
