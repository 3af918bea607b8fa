"""Analytics through the schema."""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.analytics import learner_analytics
from domain.analytics.learner_analytics import DayTotals, DomainTotals
from domain.content.exam_types import ExamType
from domain.unit_of_work import Meter
from tests.builders.analytics import an_exam_type, count, facts
from tests.builders.attempts import right_answer
from tests.support.analytics import an_exam, record_attempts
from tests.support.attempts import QuizTaker, a_quiz_taker
from tests.support.schema_client import START, Asker

TODAY = START.date()
PERFORMANCE = """
query ($period: Period!, $examType: String) {
  viewer { analytics { performance(period: $period, examType: $examType) {
    period
    days { date quizzesTaken averageScore totalQuestions correctAnswers }
    summary { totalQuizzes averageScore improvement bestDay bestScore }
  } } }
}
"""
DOMAINS = """
query ($examType: String) {
  viewer { analytics {
    domainPerformance(examType: $examType) { domain { code examType { name } } attempts correct accuracy }
    weakAreas(examType: $examType) {
      domain { code } attempts correct accuracy confidence { low high } recommendation
    }
  } }
}
"""


async def performance(ask: Asker, viewer: Any, period: str, exam_type: ExamType | None = None) -> Any:
    data = await ask.data(PERFORMANCE, viewer, period=period, examType=exam_type and exam_type.code)
    return data["viewer"]["analytics"]["performance"]


async def test_performance_lists_every_day_and_sums_up_the_period(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    security, _ = await an_exam(ask, "Security+")
    yesterday, before = TODAY - timedelta(days=1), TODAY - timedelta(days=7)
    await record_attempts(ask, ada, facts(security, TODAY, "80.0"), facts(security, TODAY, "70.5"))
    await record_attempts(ask, ada, facts(security, yesterday, "90.0"), facts(security, before, "60.0"))

    found = await performance(ask, viewer, "D7")

    assert [day["quizzesTaken"] for day in found["days"]] == [0, 0, 0, 0, 0, 1, 2]
    assert found["days"][0] == {
        "date": "2026-02-24",
        "quizzesTaken": 0,
        "averageScore": None,
        "totalQuestions": 0,
        "correctAnswers": 0,
    }
    assert found["days"][6] == {
        "date": "2026-03-02",
        "quizzesTaken": 2,
        "averageScore": 75.3,
        "totalQuestions": 20,
        "correctAnswers": 10,
    }
    assert found["summary"] == {
        "totalQuizzes": 3,
        "averageScore": 80.2,
        "improvement": 20.2,
        "bestDay": "2026-03-01",
        "bestScore": 90.0,
    }


async def test_the_summary_is_the_same_wherever_it_is_selected_and_the_days_are_without_it(
    ask: Asker,
) -> None:
    ada, viewer = await ask.learner()
    security, _ = await an_exam(ask, "Security+")
    await record_attempts(
        ask, ada, facts(security, TODAY, "80.0"), facts(security, TODAY - timedelta(days=7), "60.0")
    )
    whole = await performance(ask, viewer, "D7")
    text = """query { viewer { analytics {
      days: performance(period: D7) { days { quizzesTaken averageScore } }
      summary: performance(period: D7) { ...Summary @include(if: true) }
    } } }
    fragment Summary on Performance { short: summary { improvement } }"""

    found = (await ask.data(text, viewer))["viewer"]["analytics"]

    assert found["summary"]["short"]["improvement"] == whole["summary"]["improvement"] == 20.0
    assert found["days"]["days"] == [
        {name: day[name] for name in ("quizzesTaken", "averageScore")} for day in whole["days"]
    ]


async def test_performance_of_one_exam_type_leaves_out_the_others(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    security, _ = await an_exam(ask, "Security+")
    network, _ = await an_exam(ask, "Network+")
    await record_attempts(ask, ada, facts(security, TODAY, "80.0"), facts(network, TODAY, "40.0"))

    found = await performance(ask, viewer, "D30", network)

    assert found["summary"]["averageScore"] == 40.0
    assert len(found["days"]) == 30


async def test_the_period_ends_with_the_learners_own_today(ask: Asker) -> None:
    _, viewer = await ask.learner(time_zone="Pacific/Kiritimati")  # 09:00 UTC is 23:00 there
    ask.clock.forward(hours=1)

    found = await performance(ask, viewer, "D7")

    assert found["days"][-1]["date"] == "2026-03-03"


async def test_all_begins_with_the_first_day(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    security, _ = await an_exam(ask, "Security+")
    nothing = await performance(ask, viewer, "ALL")
    await record_attempts(ask, ada, facts(security, TODAY - timedelta(days=99), "50.0"))

    found = await performance(ask, viewer, "ALL")

    assert nothing["days"] == []
    assert (len(found["days"]), found["summary"]["improvement"]) == (100, None)


async def test_ninety_days_of_many_quizzes_take_less_than_half_a_second(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    security, domains = await an_exam(ask, "Security+", "1.1", "2.3")
    for n in range(200):
        await record_attempts(
            ask, ada, facts(security, TODAY - timedelta(days=n), domains=[count(d, 1, 2) for d in domains])
        )
    await performance(ask, viewer, "D90")

    began = time.perf_counter()
    found = await performance(ask, viewer, "D90")
    took_seconds = time.perf_counter() - began

    assert found["summary"]["totalQuizzes"] == 90
    assert took_seconds < 0.5


async def test_domains_have_their_accuracy_and_the_weak_ones_a_recommendation(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    security, (first, second, third) = await an_exam(ask, "Security+", "1.1", "2.3", "2.10")
    answers = [count(first, 7, 10), count(second, 46, 100), count(third, 0, 9)]
    await record_attempts(ask, ada, facts(security, TODAY, domains=answers))

    found = (await ask.data(DOMAINS, viewer, examType=security.code))["viewer"]["analytics"]

    assert [(d["domain"]["code"], d["accuracy"]) for d in found["domainPerformance"]] == [
        ("1.1", 70.0),
        ("2.3", 46.0),
        ("2.10", 0.0),
    ]
    assert found["domainPerformance"][0]["domain"]["examType"]["name"] == "Security+"
    assert found["weakAreas"] == [
        {
            "domain": {"code": "2.3"},
            "attempts": 100,
            "correct": 46,
            "accuracy": 46.0,
            "confidence": {"low": 36.6, "high": 55.7},
            "recommendation": "Review Security+ domain 2.3 (46 % accuracy).",
        }
    ]


async def test_the_number_of_statements_does_not_grow_with_the_domains(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    security, domains = await an_exam(ask, "Security+", *(str(n) for n in range(30)))
    counts = []
    for found in (1, 10, 30):
        await record_attempts(
            ask, ada, facts(security, TODAY, domains=[count(d, 0, 10) for d in domains[:found]])
        )
        await ask.data(DOMAINS, viewer)
        counts.append(ask.statements)

    assert len(set(counts)) == 1


async def test_analytics_of_another_learner_are_not_visible(ask: Asker) -> None:
    ada, _ = await ask.learner()
    _, viewer = await ask.learner()
    security, (domain,) = await an_exam(ask, "Security+", "1.1")
    await record_attempts(ask, ada, facts(security, TODAY, domains=[count(domain, 0, 10)]))

    assert (await performance(ask, viewer, "ALL"))["summary"]["totalQuizzes"] == 0
    found = (await ask.data(DOMAINS, viewer))["viewer"]["analytics"]
    assert found == {"domainPerformance": [], "weakAreas": []}


@pytest.mark.parametrize("document", [PERFORMANCE, DOMAINS])
async def test_an_unknown_exam_type_is_refused_and_those_that_exist_are_named(
    ask: Asker, document: str
) -> None:
    _, viewer = await ask.learner()
    security, _ = await an_exam(ask, "Security")
    await an_exam(ask, "Networks")
    period = {"period": "D7"} if document is PERFORMANCE else {}

    for given in ("secruity", security.id):
        response = await ask(document, viewer, examType=given, **period)

        for error in response["errors"]:
            assert (error["extensions"]["code"], error["extensions"]["field"]) == (
                "BAD_USER_INPUT",
                "examType",
            )
            assert error["message"].endswith("There are: networks, security.")


async def test_the_roll_ups_can_be_rebuilt_from_the_attempts(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, time_limit=timedelta(hours=1))
    for number, wrong in enumerate((0, 2, 5)):
        attempt_id = await taker.start_attempt(f"start {number}")
        await taker.answer_all(attempt_id, wrong=wrong)
        await taker.submit(attempt_id, f"submit {number}")
    expired = await taker.start_attempt("expires")
    await taker.answer(expired, 1, right_answer(taker.keys[0]))
    ask.clock.forward(days=1)
    await taker.read(expired)
    await taker.abandon(await taker.start_attempt("given up"))
    before = await rolled_up(taker)

    async with ask.postgres.open_work(Meter()) as work:
        wrong = an_exam_type("unused", id=taker.quiz.exam_type_id)
        lie = replace(facts(wrong, TODAY), user_id=taker.viewer.user_id)
        await learner_analytics.record(work.analytics, lie)
        rebuilt = await learner_analytics.rebuild(work.analytics)

    assert rebuilt == 4
    assert before[0][0].quizzes == 4
    assert await rolled_up(taker) == before


async def rolled_up(taker: QuizTaker) -> tuple[list[DayTotals], list[DomainTotals]]:
    async with taker.ask.postgres.open_reads(Meter()) as reads:
        user_id = taker.viewer.user_id
        return (
            (await reads.analytics.days(user_id, exam_type_id=taker.quiz.exam_type_id, since=None)).days,
            await reads.analytics.domains(user_id, exam_type_id=None),
        )
