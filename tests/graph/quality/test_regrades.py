"""Regrades through the schema: a corrected key raises scores, passes and XP of closed attempts, once."""

import json
from typing import Any

import pytest

from domain.analytics import learner_analytics
from domain.content.answers import Answer
from domain.content.question_kinds.table import QuestionKind
from domain.gamification import xp
from domain.gamification.xp_rules import CURRENT
from domain.unit_of_work import Meter
from gateway.jobs.areas import quality_handlers
from tests.builders import mint
from tests.builders.roadmaps import a_file, a_quiz_node
from tests.builders.xp import an_award
from tests.support.accounts import accepted, mutate, refusal
from tests.support.attempts import SLOTS, QuizTaker, a_quiz_taker
from tests.support.clients.quality import a_moderator, author_of, quality_of, run_jobs
from tests.support.clients.roadmaps import enrol, nodes_by_title, publish_file
from tests.support.mail import posted
from tests.support.schema_client import Asker

JOB = "job { id state }"
UPDATE = """mutation ($input: UpdateQuestionInput!) { updateQuestion(input: $input) {
  content { question { id } } userErrors { ... on UserError { message } } } }"""
FALSE, TRUE = Answer(truth=False), Answer(truth=True)
DAYS = "SELECT * FROM attempt_days ORDER BY user_id, local_date"
DOMAINS = "SELECT * FROM domain_days ORDER BY user_id, domain_id, local_date"


async def taken(
    taker: QuizTaker, answers: list[Answer], key: str = "one", viewer: Any = None, seconds: int = 10
) -> str:
    """Take the quiz with these answers."""
    attempt_id = await taker.start_attempt(key, viewer)
    for number, answer in enumerate(answers, start=1):
        taker.ask.clock.forward(seconds=seconds)
        await taker.answer(attempt_id, number, answer, viewer=viewer)
    await taker.submit(attempt_id, key, viewer)
    return attempt_id


async def corrected(taker: QuizTaker, place: int = 0, version: int = 1, **key: Any) -> str:
    """Correct the key of a question of the quiz; return the id of its newest version."""
    given = {"id": taker.questions[place].id, "version": version, "key": key or {"truth": False}}
    payload = (await taker.ask.data(UPDATE, author_of(taker), input=given))["updateQuestion"]
    assert payload["userErrors"] == []
    found: str = payload["content"]["question"]["id"]
    return found


async def regraded(taker: QuizTaker, question_id: str) -> list[Any]:
    payload = await mutate(taker.ask, author_of(taker), "regradeQuestion", JOB, questionId=question_id)
    assert payload["userErrors"] == [], payload
    return await run_jobs(taker.ask, "regrade_question")


async def rows(ask: Asker, text: str) -> list[dict[str, Any]]:
    async with ask.postgres.open_work(Meter()) as work:
        return [dict(row) for row in await work.connection.raw.fetch(text)]


@pytest.fixture
async def taker(ask: Asker) -> QuizTaker:
    return await a_quiz_taker(ask, pass_mark=100)


async def test_a_corrected_key_raises_score_pass_and_xp_and_tells_the_learner(
    ask: Asker, taker: QuizTaker
) -> None:
    attempt_id = await taken(taker, [FALSE, TRUE, TRUE, TRUE, TRUE])
    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute("UPDATE users SET email_verified = true")
    before, xp_before = await taker.read(attempt_id), await taker.total()

    newest = await corrected(taker)
    offered = [each and each["regradableAttempts"] for each in await quality_of(ask, author_of(taker))]
    results = await regraded(taker, newest)

    after = await taker.read(attempt_id)
    assert before is not None
    assert after is not None
    assert ((before["score"], before["passed"]), (after["score"], after["passed"])) == (
        (80.0, False),
        (100.0, True),
    )
    assert after["review"]["correct"] == 5
    slots = (await ask.data(SLOTS, taker.viewer, id=attempt_id))["attempt"]["slots"]
    assert [slot["credit"] for slot in slots] == [1.0] * 5
    assert [slot["key"]["truth"] for slot in slots] == [False, True, True, True, True]
    assert after["xpAwarded"] - before["xpAwarded"] == (await xp_of_regrades(ask))[0]
    assert sorted(offered, key=str) == [0, 0, 0, 0, 1]
    assert results == [{"regraded": 1, "raised": 1, "waiting": 0}]
    # Ten for the answer and fifty for a quiz without a mistake; eighty percent had completed it before.
    assert await taker.total() - xp_before == (await xp_of_regrades(ask))[0] > 0
    assert [mail.kind.value for mail in await posted(ask.postgres)] == ["GRADED_AGAIN"]
    async with ask.postgres.open_reads(Meter()) as reads:
        assert await xp.reconcile(reads.xp) == []


async def test_a_slot_shows_the_corrected_key_in_the_options_that_were_asked(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.MULTIPLE_CHOICE, QuestionKind.TRUE_FALSE)
    options = taker.questions[0].options
    attempt_id = await taken(taker, [Answer(options=[options[0].id]), TRUE])
    right = [{"text": option.text, "correct": n == 0} for n, option in enumerate(options[:-1])]
    right.append({"text": "An option that was not asked", "correct": True})
    shown = "query ($id: ID!) { attempt(id: $id) { slots { corrected key { correctOptionIds } } } }"
    newest = await corrected(taker, options=right)
    before = (await ask.data(shown, taker.viewer, id=attempt_id))["attempt"]["slots"]

    await regraded(taker, newest)

    after = (await ask.data(shown, taker.viewer, id=attempt_id))["attempt"]["slots"]
    assert [slot["corrected"] for slot in (*before, *after)] == [False, False, True, False]
    assert after[0]["key"]["correctOptionIds"] == [options[0].id]
    assert after[1] == before[1]


async def xp_of_regrades(ask: Asker) -> list[int]:
    found = await rows(ask, "SELECT amount FROM xp_entries WHERE source_type = 'regrade' ORDER BY id")
    return [row["amount"] for row in found]


async def test_the_total_is_that_of_an_attempt_that_was_right_from_the_start(
    ask: Asker, taker: QuizTaker
) -> None:
    _, other = await ask.learner()
    await taken(taker, [FALSE, TRUE, TRUE, TRUE, TRUE])
    await taken(taker, [TRUE] * 5, viewer=other)

    await regraded(taker, await corrected(taker))

    totals = await rows(ask, "SELECT xp_total FROM users WHERE xp_total > 0")
    assert len(totals) == 2
    assert totals[0] == totals[1]


async def test_nothing_goes_down_for_those_who_gave_what_was_right_before(
    ask: Asker, taker: QuizTaker
) -> None:
    attempt_id = await taken(taker, [TRUE] * 5)
    before, xp_before = await taker.read(attempt_id), await taker.total()

    results = await regraded(taker, await corrected(taker))

    assert results == [{"regraded": 1, "raised": 0, "waiting": 0}]
    assert (await taker.read(attempt_id), await taker.total()) == (before, xp_before)
    assert await posted(ask.postgres) == []


async def test_running_it_again_changes_nothing(ask: Asker, taker: QuizTaker) -> None:
    await taken(taker, [FALSE, TRUE, TRUE, TRUE, TRUE])
    newest = await corrected(taker)
    await regraded(taker, newest)
    total = await taker.total()

    again = await refusal(ask, author_of(taker), "regradeQuestion", questionId=newest)

    assert again == ("NothingToRegrade", "questionId")
    assert (await taker.total(), len(await xp_of_regrades(ask))) == (total, 1)


async def test_a_job_that_was_killed_halfway_goes_on_and_ends_the_same(
    ask: Asker, taker: QuizTaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    learners = [(await ask.learner())[1] for _ in range(3)]
    for viewer in learners:
        await taken(taker, [FALSE, TRUE, TRUE, TRUE, TRUE], viewer=viewer)
    newest = await corrected(taker)
    await mutate(ask, author_of(taker), "regradeQuestion", JOB, questionId=newest)
    grade, calls = quality_handlers.regrades.regrade, 0

    async def killed(*given: Any, **values: Any) -> Any:
        nonlocal calls
        calls += 1
        result = await grade(*given, **values)
        if calls == 2:
            raise RuntimeError
        return result

    with monkeypatch.context() as patch:
        patch.setattr(quality_handlers.regrades, "regrade", killed)
        with pytest.raises(RuntimeError):
            await run_jobs(ask, "regrade_question")
    half = len(await xp_of_regrades(ask))
    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute(
            "UPDATE jobs SET state = 'QUEUED', next_run_at = created_at WHERE kind = 'regrade_question'"
        )
    results = await run_jobs(ask, "regrade_question")

    assert half == 1
    assert results == [{"regraded": 3, "raised": 3, "waiting": 0}]
    assert len({*await xp_of_regrades(ask)}) == 1
    assert len(await xp_of_regrades(ask)) == 3


async def test_the_roll_ups_are_those_of_a_rebuild(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.MULTIPLE_CHOICE, *[QuestionKind.TRUE_FALSE] * 2)
    options = taker.questions[0].options
    await taken(taker, [Answer(options=[options[0].id]), TRUE, FALSE])
    ask.clock.forward(hours=1)
    await taken(taker, [Answer(options=[options[1].id]), FALSE, TRUE], key="two")
    right = [{"text": option.text, "correct": n in (0, 1, 2)} for n, option in enumerate(options)]

    await regraded(taker, await corrected(taker, options=right))

    found = [await rows(ask, text) for text in (DAYS, DOMAINS)]
    exact = [row.pop("rest_numerator") / row.pop("rest_denominator") for row in found[0]]
    async with ask.postgres.open_work(Meter()) as work:
        await learner_analytics.rebuild(work.analytics)
    rebuilt = [await rows(ask, text) for text in (DAYS, DOMAINS)]
    assert [row.pop("rest_numerator") / row.pop("rest_denominator") for row in rebuilt[0]] == exact
    assert found == rebuilt


async def test_a_new_pass_completes_the_node_of_a_roadmap(ask: Asker, taker: QuizTaker) -> None:
    roadmap_id = await publish_file(ask, author_of(taker), a_file(a_quiz_node("exam", quiz=taker.quiz.slug)))
    await enrol(ask, taker.viewer, roadmap_id)
    await taken(taker, [FALSE, TRUE, TRUE, TRUE, TRUE])
    before = await nodes_by_title(ask, taker.viewer, roadmap_id)

    await regraded(taker, await corrected(taker))

    after = await nodes_by_title(ask, taker.viewer, roadmap_id)
    states = [nodes["Exam"]["viewerState"] for nodes in (before, after)]
    assert states == ["AVAILABLE", "DONE"]
    assert await rows(ask, "SELECT 1 FROM xp_entries WHERE reason = 'NODE_COMPLETED'")


async def test_the_cap_of_the_day_of_the_attempt_holds(ask: Asker, taker: QuizTaker) -> None:
    await taken(taker, [FALSE, TRUE, TRUE, TRUE, TRUE])
    earned = await taker.total()
    rest = an_award(taker.viewer.user_id, amount=CURRENT.quiz_cap_per_day - earned - 4)
    async with ask.postgres.open_work(Meter()) as work:
        await xp.award(work.xp, [rest], mint=mint, emit=work.emit)

    await regraded(taker, await corrected(taker))

    assert await xp_of_regrades(ask) == [4]


async def test_an_open_attempt_that_asks_the_question_makes_a_result_wait(
    ask: Asker, taker: QuizTaker
) -> None:
    attempt_id = await taken(taker, [FALSE, TRUE, TRUE, TRUE, TRUE])
    newest = await corrected(taker)
    open_id = await taker.start_attempt("two")

    during = await regraded(taker, newest)
    seen = await taker.read(attempt_id)
    await taker.abandon(open_id)
    ask.clock.forward(hours=25)
    after = await run_jobs(ask, "regrade_question")

    assert seen is not None
    assert (seen["score"], during) == (80.0, [{"regraded": 0, "raised": 0, "waiting": 1}])
    assert after == [{"regraded": 1, "raised": 1, "waiting": 0}]
    assert ((await taker.read(attempt_id)) or {})["score"] == 100.0


async def test_reversed_xp_is_not_raised_and_withheld_xp_is_withheld(ask: Asker, taker: QuizTaker) -> None:
    _, other = await ask.learner()
    await taken(taker, [FALSE, TRUE, TRUE, TRUE, TRUE])
    await taken(taker, [FALSE, TRUE, TRUE, TRUE, TRUE], viewer=other, seconds=0)
    own = "SELECT id FROM xp_entries WHERE reason = 'QUIZ' AND status = 'SETTLED'"
    (entry,) = await rows(ask, own)
    await accepted(ask, await a_moderator(ask), "reverseXp", entryId=entry["id"], reason="By a script.")

    await regraded(taker, await corrected(taker))

    found = await rows(ask, "SELECT user_id, status FROM xp_entries WHERE source_type = 'regrade'")
    assert found == [{"user_id": other.user_id, "status": "PENDING"}]


async def test_only_the_author_and_moderators_regrade_what_has_another_key(
    ask: Asker, taker: QuizTaker
) -> None:
    await taken(taker, [FALSE, TRUE, TRUE, TRUE, TRUE])
    first = taker.questions[0].id
    without = await refusal(ask, author_of(taker), "regradeQuestion", questionId=first)
    typo = {"id": first, "version": 1, "prompt": "Better words?"}
    await ask.data(UPDATE, author_of(taker), input=typo)
    alike = await refusal(ask, author_of(taker), "regradeQuestion", questionId=first)
    newest = await corrected(taker, version=2)
    foreign = await refusal(ask, taker.viewer, "regradeQuestion", questionId=newest)

    payload = await mutate(ask, await a_moderator(ask), "regradeQuestion", JOB, questionId=first)

    assert without == alike == ("NothingToRegrade", "questionId")
    assert foreign == ("NotFound", "questionId")
    assert payload["userErrors"] == []
    (job,) = await rows(ask, "SELECT arguments FROM jobs WHERE kind = 'regrade_question'")
    arguments = job["arguments"]
    arguments = json.loads(arguments) if isinstance(arguments, str) else arguments
    assert arguments["question_id"] == newest


async def test_the_author_sees_the_regrade_that_a_moderator_started_with_its_progress(
    ask: Asker, taker: QuizTaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality_handlers, "_PAGE", 1)
    for viewer in [(await ask.learner())[1] for _ in range(2)]:
        await taken(taker, [FALSE, TRUE, TRUE, TRUE, TRUE], viewer=viewer)
    newest = await corrected(taker)
    shown = "state progress regraded raised finishedAt nextRunAt"
    text = "{ myContent(type: QUESTION) { nodes { question { id quality { regrade { %s } } } } } }" % shown
    seen = []

    async def look() -> None:
        nodes = (await ask.data(text, author_of(taker)))["myContent"]["nodes"]
        seen.append(
            {node["question"]["id"]: node["question"]["quality"] for node in nodes}[newest]["regrade"]
        )

    await look()
    await mutate(ask, await a_moderator(ask), "regradeQuestion", JOB, questionId=newest)
    await look()
    grade = quality_handlers.regrades.regrade

    async def watched(*given: Any, **values: Any) -> Any:
        result = await grade(*given, **values)
        await look()
        return result

    monkeypatch.setattr(quality_handlers.regrades, "regrade", watched)
    await run_jobs(ask, "regrade_question")
    await look()

    assert seen[0] is None
    assert [(each["state"], each["regraded"], each["raised"]) for each in (seen[1], seen[-1])] == [
        ("QUEUED", 0, 0),
        ("SUCCEEDED", 2, 2),
    ]
    assert seen[1]["nextRunAt"] is not None
    assert seen[-1]["finishedAt"] is not None
    assert [(each["regraded"], each["progress"]) for each in seen[2:-1]] == [(0, 0), (1, 50)]
