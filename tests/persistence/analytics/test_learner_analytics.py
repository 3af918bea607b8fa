"""The store of learner analytics."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random

import pytest

from domain.analytics import learner_analytics
from domain.analytics.learner_analytics import AttemptFacts, DayTotals, LearnerAnalytics
from domain.unit_of_work import Meter
from persistence.stores import SqlWork
from persistence.work import Postgres
from tests.builders import a_user
from tests.builders.analytics import an_exam_domain, an_exam_type, count, facts

ADA = a_user(handle="counting_ada", email="counting@example.org")
BOB = a_user(handle="counting_bob", email="counting_bob@example.org")
SECURITY, NETWORK = an_exam_type("security", name="Security+"), an_exam_type("network")
FIRST, SECOND = an_exam_domain(SECURITY, "1.1"), an_exam_domain(SECURITY, "2.3")
OTHER = an_exam_domain(NETWORK, "1.1")
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture
async def store(work: SqlWork) -> LearnerAnalytics:
    await prepare(work)
    return work.analytics


async def prepare(work: SqlWork) -> None:
    for user in (ADA, BOB):
        await work.users.add(user)
    for exam_type in (SECURITY, NETWORK):
        await work.exam_types.add(exam_type)
    await work.exam_types.add_domains([FIRST, SECOND, OTHER])


def sum_of(day: DayTotals) -> Fraction:
    return day.score_tenths + Fraction(day.rest_numerator, day.rest_denominator)


def by_ada(facts: AttemptFacts) -> AttemptFacts:
    return replace(facts, user_id=ADA.id)


async def test_attempts_of_one_day_add_up(store: LearnerAnalytics) -> None:
    for score in ("100/3", "66.7"):
        await learner_analytics.record(
            store, by_ada(facts(SECURITY, MONDAY, score, questions=3, correct=1, seconds=7))
        )

    (day,) = (await store.days(ADA.id, exam_type_id=None, since=None)).days

    assert (day.local_date, day.quizzes, sum_of(day), day.best_tenths) == (
        MONDAY,
        2,
        Fraction(1000, 3) + 667,
        667,
    )
    assert (day.questions, day.correct, day.seconds) == (6, 2, 14)


async def test_days_add_up_over_exam_types_or_are_of_one(store: LearnerAnalytics) -> None:
    await learner_analytics.record(store, by_ada(facts(SECURITY, TUESDAY, "80.0")))
    await learner_analytics.record(store, by_ada(facts(NETWORK, TUESDAY, "40.0")))
    await learner_analytics.record(store, by_ada(facts(NETWORK, MONDAY, "20.0")))

    together = (await store.days(ADA.id, exam_type_id=None, since=None)).days
    network = (await store.days(ADA.id, exam_type_id=NETWORK.id, since=None)).days
    lately = (await store.days(ADA.id, exam_type_id=None, since=TUESDAY)).days

    assert [(d.local_date, sum_of(d), d.best_tenths) for d in together] == [
        (MONDAY, 200, 200),
        (TUESDAY, 1200, 800),
    ]
    assert [sum_of(d) for d in network] == [200, 400]
    assert lately == together[1:]


async def test_domains_add_up_over_days_or_are_of_one_exam_type(store: LearnerAnalytics) -> None:
    await learner_analytics.record(
        store, by_ada(facts(SECURITY, MONDAY, domains=[count(FIRST, 1, 4), count(SECOND, 2, 2)]))
    )
    await learner_analytics.record(store, by_ada(facts(SECURITY, TUESDAY, domains=[count(FIRST, 3, 6)])))
    await learner_analytics.record(store, by_ada(facts(NETWORK, TUESDAY, domains=[count(OTHER, 0, 1)])))

    found = await store.domains(ADA.id, exam_type_id=None)
    network = await store.domains(ADA.id, exam_type_id=NETWORK.id)

    assert [(d.domain_id, d.attempts, d.correct) for d in found] == [
        (FIRST.id, 10, 4),
        (SECOND.id, 2, 2),
        (OTHER.id, 1, 0),
    ]
    assert (found[1].exam_type_name, found[1].domain_code) == ("Security+", "2.3")
    assert network == found[2:]


async def test_another_learner_sees_nothing_of_it(store: LearnerAnalytics) -> None:
    await learner_analytics.record(store, by_ada(facts(SECURITY, MONDAY, domains=[count(FIRST, 1, 4)])))

    assert (await store.days(BOB.id, exam_type_id=None, since=None)).days == []
    assert await store.domains(BOB.id, exam_type_id=None) == []


async def test_attempts_that_finish_at_once_are_all_counted(postgres: Postgres) -> None:
    async with postgres.open_work(Meter()) as work:
        await prepare(work)

    async def finish(order: int) -> None:
        counts = [count(FIRST, 1, 1), count(SECOND, 1, 1)][:: order or 1]
        async with postgres.open_work(Meter()) as own:
            await learner_analytics.record(own.analytics, by_ada(facts(SECURITY, MONDAY, domains=counts)))

    await asyncio.gather(*(finish(order) for order in (1, -1) * 10))

    async with postgres.open_reads(Meter()) as reads:
        (day,) = (await reads.analytics.days(ADA.id, exam_type_id=None, since=None)).days
        domains = await reads.analytics.domains(ADA.id, exam_type_id=None)
    assert day.quizzes == 20
    assert [d.attempts for d in domains] == [20, 20]


async def test_sums_of_any_scores_are_exact(store: LearnerAnalytics) -> None:
    random = Random(34)
    expected: dict[date, Fraction] = {}
    for _ in range(150):
        questions = random.randint(1, 30)
        wholes = random.choices((1, 3, 7, 100), k=questions)
        earned = [Fraction(random.randint(0, whole), whole) for whole in wholes]
        score = sum(earned, Fraction(0)) / questions
        day = MONDAY + timedelta(days=random.randrange(4))
        expected[day] = expected.get(day, Fraction(0)) + 1000 * score
        exam = random.choice((SECURITY, NETWORK))
        await learner_analytics.record(store, by_ada(replace(facts(exam, day), score=score)))

    found = await store.days(ADA.id, exam_type_id=None, since=None)

    assert {day.local_date: sum_of(day) for day in found.days} == expected
