"""Rate rules: who pays what from which buckets."""

import pytest

from domain.ids import SessionId, UserId
from domain.rate_rules import Charge, Figures, RateRules
from domain.scopes import Scope
from domain.users import Role, Viewer

RULES = RateRules(Figures())


def a_viewer(*roles: Role, scopes: frozenset[Scope] | None = None) -> Viewer:
    return Viewer(
        user_id=UserId("user_1"), session_id=SessionId("session_1"), roles=frozenset(roles), scopes=scopes
    )


ADA = a_viewer(Role.LEARNER)


def written(*fields: str, viewer: Viewer | None = ADA, cost: int = 12) -> list[tuple[str, str, int]]:
    charges = RULES.writing(viewer, "user_1", "192.0.2.7", cost=cost, fields=fields)
    return [(charge.quota.name, charge.subject, charge.tokens) for charge in charges]


def test_the_figures_of_the_house() -> None:
    of = RULES.of(ADA)

    assert (of.reads.limit, of.reads.period_s) == (100, 60)
    assert (of.writes.limit, of.writes.period_s) == (20, 60)
    assert (of.generation.limit, of.generation.period_s) == (10, 60)
    assert (of.cost.burst, of.cost.limit, of.cost.period_s) == (20_000, 200, 1)


def test_a_query_pays_a_read_and_its_cost() -> None:
    charges = RULES.reading(ADA, "user_1", 40)

    assert [(charge.quota.name, charge.tokens) for charge in charges] == [("reads", 1), ("cost", 40)]


def test_a_mutation_pays_a_write_and_its_cost() -> None:
    assert written("createGoal") == [("writes", "user_1", 5), ("cost", "user_1", 12)]


@pytest.mark.parametrize("name", ["answerQuestion", "reviewCard"])
def test_saving_an_answer_or_a_review_costs_a_fifth_of_a_write(name: str) -> None:
    assert written(name)[0] == ("writes", "user_1", 1)


def test_aliases_are_counted_one_by_one() -> None:
    assert written("createGoal", "createGoal", "answerQuestion")[0] == ("writes", "user_1", 11)
    assert written("login", "login", "login")[0] == ("login", "192.0.2.7", 3)


def test_a_mutation_of_nothing_is_a_write() -> None:
    assert written()[0] == ("writes", "user_1", 5)


@pytest.mark.parametrize(
    ("field", "door"),
    [
        ("login", "login"),
        ("register", "register"),
        ("requestPasswordReset", "reset"),
        ("resetPassword", "reset"),
    ],
)
def test_a_door_is_paid_by_the_address_and_strictly(field: str, door: str) -> None:
    charges = RULES.writing(ADA, "user_1", "192.0.2.7", cost=10, fields=[field])

    assert [(c.quota.name, c.subject) for c in charges] == [(door, "192.0.2.7"), ("cost", "user_1")]
    assert [c.quota.strict for c in charges] == [True, False]
    assert charges[0].quota.limit < RULES.of(None).reads.limit


def test_what_makes_much_out_of_little_pays_for_that_too() -> None:
    assert written("exportMyData") == [
        ("writes", "user_1", 5),
        ("generation", "user_1", 1),
        ("cost", "user_1", 12),
    ]


def test_a_price_that_could_never_be_paid_is_the_whole_bucket() -> None:
    rules = RateRules(Figures(cost=100))

    charges = rules.reading(ADA, "user_1", 5_000)

    assert charges[1] == Charge(quota=rules.of(ADA).cost, subject="user_1", tokens=100)


def test_the_best_role_counts_and_a_key_has_a_figure_of_its_own() -> None:
    rules = RateRules(Figures(factors={"AUTHOR": 2, "ADMIN": 5, "KEY": 3, "ANONYMOUS": 4}))

    limits = [
        rules.of(viewer).reads.limit
        for viewer in (
            ADA,
            a_viewer(Role.LEARNER, Role.AUTHOR, Role.ADMIN),
            a_viewer(Role.ADMIN, scopes=frozenset({Scope.READ_LEARNING})),
            None,
        )
    ]

    assert limits == [100, 500, 300, 400]
    assert rules.of(a_viewer(Role.ADMIN)).cost.burst == 100_000
