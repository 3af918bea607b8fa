"""Reports on questions through the schema: who may send, see and decide them, and what a question's count follows."""

import pytest

from domain.unit_of_work import Meter
from tests.support.accounts import mutate, refusal
from tests.support.attempts import QuizTaker, a_quiz_taker
from tests.support.clients.quality import (
    MINE,
    QUEUE,
    REPORT,
    a_moderator,
    asked,
    author_of,
    flagged,
    quality_of,
    report,
    reported,
    run_jobs,
)
from tests.support.mail import posted
from tests.support.privacy import anonymise
from tests.support.schema_client import Asker

DECIDED = "reports { id state answer }"


@pytest.fixture
async def taker(ask: Asker) -> QuizTaker:
    return await a_quiz_taker(ask)


class TestSending:
    async def test_a_learner_reports_a_question_that_they_were_asked(
        self, ask: Asker, taker: QuizTaker
    ) -> None:
        await taker.start_attempt()

        payload = await report(ask, taker.viewer, taker.questions[0].id, "UNCLEAR", " Which  one? ")

        assert payload["userErrors"] == []
        assert payload["report"] | {"id": ""} == {
            "id": "",
            "kind": "UNCLEAR",
            "comment": "Which  one?",
            "state": "PENDING",
            "answer": None,
            "decidedAt": None,
            "question": {"id": taker.questions[0].id},
            "reporter": {"id": taker.viewer.user_id},
        }
        mine = (await ask.data(MINE, taker.viewer))["viewer"]["questionReports"]["nodes"]
        assert [each["id"] for each in mine] == [payload["report"]["id"]]

    async def test_a_question_that_was_not_asked_is_not_there(self, ask: Asker, taker: QuizTaker) -> None:
        given = {"questionId": taker.questions[0].id, "kind": "TYPO"}

        assert await refusal(ask, taker.viewer, "reportQuestion", **given) == ("NotFound", "questionId")

    async def test_what_is_wrong_is_told_together(self, ask: Asker, taker: QuizTaker) -> None:
        payload = await report(ask, taker.viewer, taker.questions[0].id, "OTHER", " ")

        assert {error["field"] for error in payload["userErrors"]} == {"comment", "questionId"}

    async def test_a_second_report_waits_until_the_first_is_decided(
        self, ask: Asker, taker: QuizTaker
    ) -> None:
        await taker.start_attempt()
        first = await reported(ask, taker.viewer, taker.questions[0].id)

        payload = await report(ask, taker.viewer, taker.questions[0].id, "INCORRECT")
        await mutate(ask, taker.viewer, "withdrawReport", REPORT, id=first)
        again = await report(ask, taker.viewer, taker.questions[0].id, "INCORRECT")

        assert [error["code"] for error in payload["userErrors"]] == ["ALREADY_REPORTED"]
        assert again["userErrors"] == []

    async def test_thirty_reports_a_day_are_allowed(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask)
        await taker.start_attempt()
        async with ask.postgres.open_work(Meter()) as work:
            await work.connection.raw.execute(
                """INSERT INTO question_reports (id, question_id, reporter_id, kind, comment, state, created_at,
                    decided_at) SELECT 'report_' || n, $1, $2, 'TYPO', '', 'DISMISSED', $3, $3
                FROM generate_series(1, 30) n""",
                taker.questions[0].id,
                taker.viewer.user_id,
                ask.clock(),
            )

        refused = await report(ask, taker.viewer, taker.questions[0].id)
        ask.clock.forward(hours=24)
        accepted = await report(ask, taker.viewer, taker.questions[0].id)

        assert [error["code"] for error in refused["userErrors"]] == ["TOO_MANY_REPORTS"]
        assert accepted["userErrors"] == []

    async def test_others_cannot_withdraw_a_report(self, ask: Asker, taker: QuizTaker) -> None:
        await taker.start_attempt()
        first = await reported(ask, taker.viewer, taker.questions[0].id)
        _, other = await ask.learner()

        assert await refusal(ask, other, "withdrawReport", id=first) == ("NotFound", "id")


class TestCounting:
    async def test_a_question_is_flagged_at_three_reporters(self, ask: Asker, taker: QuizTaker) -> None:
        author = author_of(taker)
        await flagged(taker, "TYPO", 2)
        before = [each and (each["flagCount"], each["isFlagged"]) for each in await quality_of(ask, author)]

        await flagged(taker, "INCORRECT", 1)

        after = [each and (each["flagCount"], each["isFlagged"]) for each in await quality_of(ask, author)]
        assert (sorted(before), sorted(after)) == (  # type: ignore[type-var]
            [(0, False)] * 4 + [(2, False)],
            [(0, False)] * 4 + [(3, True)],
        )

    async def test_learners_do_not_see_the_count(self, ask: Asker, taker: QuizTaker) -> None:
        await taker.start_attempt()
        await flagged(taker)
        text = (
            'query { node(id: "%s") { ... on Question { quality { flagCount } } } }' % taker.questions[0].id
        )

        data = await ask.data(text, taker.viewer)

        assert data == {"node": {"quality": None}}

    async def test_an_author_with_an_open_attempt_at_the_question_sees_nothing_of_it(
        self, ask: Asker, taker: QuizTaker
    ) -> None:
        author = author_of(taker)
        await flagged(taker)
        attempt_id = await taker.start_attempt(viewer=author)
        during = await quality_of(ask, author)
        await taker.submit(attempt_id, viewer=author)

        assert during == [None] * 5
        assert None not in await quality_of(ask, author)


class TestDeciding:
    async def test_resolving_closes_all_of_the_kind_and_tells_the_reporters(
        self, ask: Asker, taker: QuizTaker
    ) -> None:
        moderator = await a_moderator(ask)
        incorrect = await flagged(taker, "INCORRECT", 2)
        (typo,) = await flagged(taker, "TYPO", 1)
        async with ask.postgres.open_work(Meter()) as work:
            await work.connection.raw.execute("UPDATE users SET email_verified = true")

        payload = await mutate(
            ask, moderator, "resolveReport", f"count {REPORT}", reportId=incorrect[0], answer="You are right."
        )
        outcomes = await run_jobs(ask, "send_report_notice")

        assert payload["userErrors"] == []
        assert (payload["count"], payload["report"]["state"], payload["report"]["answer"]) == (
            2,
            "RESOLVED",
            "You are right.",
        )
        nodes = (await ask.data(QUEUE, moderator, state="PENDING"))["questionReports"]["nodes"]
        assert [node["id"] for node in nodes] == [typo]
        assert outcomes == [{"outcome": "POSTED"}] * 2
        assert [mail.kind.value for mail in await posted(ask.postgres)] == ["REPORT_DECIDED"] * 2
        found = await audit_of(ask, "QUESTION_REPORTS_RESOLVED")
        assert found == [(taker.questions[0].id, moderator.user_id)]

    async def test_dismissing_lowers_the_count(self, ask: Asker, taker: QuizTaker) -> None:
        moderator = await a_moderator(ask)
        first, *_ = await flagged(taker)

        payload = await mutate(ask, moderator, "dismissReports", DECIDED, reportIds=[first])

        assert payload["reports"] == [{"id": first, "state": "DISMISSED", "answer": None}]
        assert [each["flagCount"] for each in await quality_of(ask, author_of(taker)) if each] != [0] * 5
        text = "{ questionQuality(flagged: true) { nodes { flagCount } } }"
        assert (await ask.data(text, moderator))["questionQuality"]["nodes"] == []
        assert await audit_of(ask, "QUESTION_REPORTS_DISMISSED")

    async def test_what_cannot_be_decided_is_refused(self, ask: Asker, taker: QuizTaker) -> None:
        moderator = await a_moderator(ask)
        first, second, _ = await flagged(taker)
        await mutate(ask, moderator, "dismissReports", DECIDED, reportIds=[first])
        _, learner = await ask.learner()

        refusals = [
            await refusal(ask, moderator, "dismissReports", reportIds=[]),
            await refusal(ask, moderator, "dismissReports", reportIds=[first, second]),
            await refusal(ask, moderator, "resolveReport", reportId="report_" + "0" * 26),
            await refusal(ask, moderator, "resolveReport", reportId=second, answer=""),
        ]

        assert refusals == [
            ("InvalidInput", "reportIds"),
            ("ReportDecided", "reportIds"),
            ("NotFound", "reportId"),
            ("InvalidInput", "answer"),
        ]
        response = await ask(QUEUE, learner)
        assert response["errors"][0]["extensions"]["code"] == "FORBIDDEN"

    async def test_the_author_does_not_decide_about_their_own_question(
        self, ask: Asker, taker: QuizTaker
    ) -> None:
        (first,) = await flagged(taker, count=1)
        async with ask.postgres.open_work(Meter()) as work:
            await work.connection.raw.execute(
                "UPDATE users SET roles = '{LEARNER,MODERATOR}' WHERE id = $1", taker.quiz.author_id
            )
        moderator = await a_moderator(ask)
        author = author_of(taker)
        judge = type(author)(
            user_id=author.user_id, session_id=author.session_id, roles=author.roles | moderator.roles
        )

        assert await refusal(ask, judge, "resolveReport", reportId=first) == ("Forbidden", "reportId")

    async def test_the_queue_is_filtered(self, ask: Asker, taker: QuizTaker) -> None:
        moderator = await a_moderator(ask)
        viewer = await asked(taker)
        typo = await reported(ask, viewer, taker.questions[0].id, "TYPO")
        other = await reported(ask, viewer, taker.questions[1].id, "OTHER")

        by_kind = await ask.data(QUEUE, moderator, kind="OTHER")
        by_question = await ask.data(QUEUE, moderator, q=taker.questions[0].id)

        assert [node["id"] for node in by_kind["questionReports"]["nodes"]] == [other]
        assert [node["id"] for node in by_question["questionReports"]["nodes"]] == [typo]


class TestSecrecy:
    async def test_a_reporter_learns_what_became_of_it_once_no_attempt_asks_the_question(
        self, ask: Asker, taker: QuizTaker
    ) -> None:
        moderator = await a_moderator(ask)
        attempt_id = await taker.start_attempt()
        report_id = await reported(ask, taker.viewer, taker.questions[0].id, "INCORRECT")
        pending = await ask.data(MINE, taker.viewer)

        await mutate(ask, moderator, "resolveReport", REPORT, reportId=report_id)
        during = await ask.data(MINE, taker.viewer)
        as_node = await ask.data("query ($id: ID!) { node(id: $id) { id } }", taker.viewer, id=report_id)
        await taker.submit(attempt_id)
        after = await ask.data(MINE, taker.viewer)

        states = [
            [node["state"] for node in data["viewer"]["questionReports"]["nodes"]]
            for data in (pending, during, after)
        ]
        assert (states, as_node["node"]) == ([["PENDING"], [], ["RESOLVED"]], None)

    async def test_a_moderator_with_an_open_attempt_does_not_see_who_says_that_the_key_is_wrong(
        self, ask: Asker, taker: QuizTaker
    ) -> None:
        moderator = await a_moderator(ask)
        incorrect, *_ = await flagged(taker, "INCORRECT", 1)
        (typo,) = await flagged(taker, "TYPO", 1)
        attempt_id = await taker.start_attempt(viewer=moderator)

        during = (await ask.data(QUEUE, moderator))["questionReports"]["nodes"]
        refused = await refusal(ask, moderator, "resolveReport", reportId=incorrect)
        await taker.submit(attempt_id, viewer=moderator)

        assert [node["id"] for node in during] == [typo]
        assert refused == ("NotFound", "reportId")
        assert len((await ask.data(QUEUE, moderator))["questionReports"]["nodes"]) == 2


async def test_a_report_outlives_the_account_of_its_reporter(ask: Asker, taker: QuizTaker) -> None:
    moderator = await a_moderator(ask)
    await taker.start_attempt()
    await reported(ask, taker.viewer, taker.questions[0].id)
    async with ask.postgres.open_work(Meter()) as work:
        await work.deletions.mark(taker.viewer.user_id, ask.clock())

    assert await anonymise(ask.ports)

    (node,) = (await ask.data(QUEUE, moderator))["questionReports"]["nodes"]
    assert (node["state"], node["reporter"]) == ("PENDING", None)


async def audit_of(ask: Asker, action: str) -> list[tuple[str, str]]:
    async with ask.postgres.open_work(Meter()) as work:
        rows = await work.connection.raw.fetch(
            "SELECT target, actor_id FROM audit_entries WHERE action = $1", action
        )
    return [tuple(row) for row in rows]
