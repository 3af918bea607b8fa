"""Rate limit rules: which charges an operation has."""

import pytest

from domain.accounts.scopes import Scope
from domain.accounts.users import Role, Viewer
from domain.ids import SessionId, UserId
from domain.rate_limits.rules import Charge, RateFigures, RateRules

RULES = RateRules(RateFigures())


def a_viewer(*roles: Role, scopes: frozenset[Scope] | None = None) -> Viewer:
    return Viewer(
        user_id=UserId("user_1"), session_id=SessionId("session_1"), roles=frozenset(roles), scopes=scopes
    )


ADA = a_viewer(Role.LEARNER)


def charges_of(*fields: str, viewer: Viewer | None = ADA, cost: int = 12) -> list[tuple[str, str, int]]:
    charges = RULES.charges_of_write(viewer, subject="user_1", address="192.0.2.7", cost=cost, fields=fields)
    return [(charge.quota.name, charge.subject, charge.tokens) for charge in charges]


def test_the_default_figures() -> None:
    quotas = RULES.quotas_of(ADA)

    assert (quotas.reads.limit, quotas.reads.period_s) == (100, 60)
    assert (quotas.writes.limit, quotas.writes.period_s) == (20, 60)
    assert (quotas.generation.limit, quotas.generation.period_s) == (10, 60)
    assert (quotas.cost.burst, quotas.cost.limit, quotas.cost.period_s) == (20_000, 200, 1)


def test_an_address_of_anonymous_callers_has_the_reads_and_the_cost_of_a_class() -> None:
    quotas, own = RULES.quotas_of(None), RULES.quotas_of(ADA)

    pupils, pages, reads, objects = 60, 2, 6, 60
    assert quotas.reads.limit >= pupils * pages * reads
    assert quotas.cost.burst >= pupils * pages * reads * objects
    assert quotas.cost.limit * 60 >= pupils * pages * reads * objects
    assert (quotas.writes, quotas.generation) == (own.writes, own.generation)
    assert quotas.preparation == own.preparation


def test_preparation_is_counted_in_microseconds_and_half_of_a_minute_may_come_at_once() -> None:
    bucket = RULES.quotas_of(ADA).preparation

    assert (bucket.limit, bucket.unit, bucket.burst, bucket.period_s) == (6_000, 1_000, 3_000_000, 60)


def test_a_query_pays_a_read_and_its_cost() -> None:
    charges = RULES.charges_of_read(ADA, "user_1", cost=40)

    assert [(charge.quota.name, charge.tokens) for charge in charges] == [("reads", 1), ("cost", 40)]


def test_a_mutation_pays_a_write_and_its_cost() -> None:
    assert charges_of("createGoal") == [("writes", "user_1", 5), ("cost", "user_1", 12)]


@pytest.mark.parametrize("name", ["answerQuestion", "flagSlot", "refreshSession"])
def test_saving_an_answer_or_a_review_costs_a_fifth_of_a_write(name: str) -> None:
    assert charges_of(name)[0] == ("writes", "user_1", 1)


def test_aliases_are_counted_one_by_one() -> None:
    assert charges_of("createGoal", "createGoal", "answerQuestion")[0] == ("writes", "user_1", 11)
    assert charges_of("login", "login", "login")[0] == ("login", "192.0.2.7", 3)


def test_a_mutation_without_fields_is_a_write() -> None:
    assert charges_of()[0] == ("writes", "user_1", 5)


@pytest.mark.parametrize(
    ("field", "bucket"),
    [
        ("login", "login"),
        ("register", "register"),
        ("requestPasswordReset", "reset"),
        ("resetPassword", "reset"),
    ],
)
def test_a_sign_in_is_charged_to_a_strict_bucket_of_the_address(field: str, bucket: str) -> None:
    charges = RULES.charges_of_write(ADA, subject="user_1", address="192.0.2.7", cost=10, fields=[field])

    assert [(c.quota.name, c.subject) for c in charges] == [(bucket, "192.0.2.7"), ("cost", "user_1")]
    assert [c.quota.strict for c in charges] == [True, False]
    assert charges[0].quota.limit < RULES.quotas_of(None).reads.limit


@pytest.mark.parametrize("field", ["exportMyData", "exportQuiz", "exportRoadmap", "importQuestions"])
def test_an_expensive_write_also_pays_from_generation(field: str) -> None:
    assert charges_of(field) == [
        ("writes", "user_1", 5),
        ("generation", "user_1", 1),
        ("cost", "user_1", 12),
    ]


def test_a_price_above_the_burst_is_charged_as_the_burst() -> None:
    rules = RateRules(RateFigures(cost=100))

    charges = rules.charges_of_read(ADA, "user_1", cost=5_000)

    assert charges[1] == Charge(quota=rules.quotas_of(ADA).cost, subject="user_1", tokens=100)


def test_the_highest_factor_of_the_roles_counts_and_a_key_has_its_own() -> None:
    rules = RateRules(RateFigures(factors={"AUTHOR": 2, "ADMIN": 5, "KEY": 3, "ANONYMOUS": 4}))

    limits = [
        rules.quotas_of(viewer).reads.limit
        for viewer in (
            ADA,
            a_viewer(Role.LEARNER, Role.AUTHOR, Role.ADMIN),
            a_viewer(Role.ADMIN, scopes=frozenset({Scope.READ_LEARNING})),
            None,
        )
    ]

    assert limits == [100, 500, 300, 4_000]
    assert rules.quotas_of(a_viewer(Role.ADMIN)).cost.burst == 100_000
