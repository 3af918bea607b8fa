"""Cache policies: nothing of a caller is shared, and the shortest time of all fields counts."""

import pytest
from graphql import GraphQLObjectType

from graph.access_rules import rules_of
from graph.cache_control import CacheControlScope, cached, kept
from graph.directives import Public, public
from graph.documents.limits import Limits
from graph.documents.prepared import DocumentCache
from graph.execution.cache_policy import CacheHint, CachePolicies, CachePolicy, cache_hints, policy_of
from graph.fields import attribute
from graph.schema import executable

SCHEMA = executable()
HINTS = cache_hints(SCHEMA)
RULES = rules_of(SCHEMA)
GUARDED = sorted(
    coordinate for coordinate, rules in RULES.items() if not all(isinstance(rule, Public) for rule in rules)
)


def policy(text: str) -> CachePolicy | None:
    documents = DocumentCache(SCHEMA, limits=Limits(), hide_suggestions=False)
    return CachePolicies(SCHEMA).policy(documents.prepare(text, None))


def test_guarded_fields_have_no_cache_hint() -> None:
    assert {"Query.attempt", "User.email", "User.sessions", "Viewer.user"} <= {*GUARDED}
    assert not HINTS.keys() & {*GUARDED}


def test_a_response_with_a_guarded_field_is_never_cached() -> None:
    cacheable = [c for c in GUARDED if policy_of(HINTS, ["Query.examTypes", c, "ExamType.code"]) is not None]

    assert policy_of(HINTS, ["Query.examTypes", "ExamType.code"]) is not None
    assert cacheable == []


def test_mutations_and_subscriptions_are_not_cached() -> None:
    for root in (SCHEMA.mutation_type, SCHEMA.subscription_type):
        assert isinstance(root, GraphQLObjectType)
        assert not HINTS.keys() & {f"{root.name}.{name}" for name in root.fields}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("{ examTypes { code domains { name } } }", 3_600),
        ("{ examTypes { code } quizzes { nodes { title } } }", 60),
        ('{ roadmap(by: {slug: "a"}) { title currentVersion { nodes { title quiz { title } } } } }', 300),
        ('{ roadmap(by: {slug: "a"}) { author { handle } } }', 60),
        (
            "{ roadmaps { edges { cursor node { ...R } } pageInfo { hasNextPage } } } fragment R on Roadmap { slug }",
            60,
        ),
        ("{ leaderboard { total entries { rank user { handle } } } }", 5),
        ("{ users { nodes { handle ... @include(if: false) { level } } } }", 60),
    ],
)
def test_the_shortest_time_counts_and_public_responses_are_shared(text: str, seconds: int) -> None:
    assert policy(text) == CachePolicy(max_age=seconds, is_shared=True)


@pytest.mark.parametrize(
    "text",
    [
        "{ users { nodes { handle bio } } }",
        "{ leaderboard { entries { rank isViewer } } }",
        "{ leaderboard { total viewerEntry { rank } } }",
        "{ leaderboard { around { rank } } }",
    ],
)
def test_a_response_that_depends_on_the_caller_is_not_shared(text: str) -> None:
    found = policy(text)

    assert found is not None
    assert not found.is_shared


@pytest.mark.parametrize(
    "text",
    [
        "{ __typename }",
        "{ __schema { types { name } } }",
        "{ examTypes { code } __schema { types { name } } }",
        "{ viewer { user { handle } } }",
        "{ users { nodes { handle email } } }",
        "{ users { pageInfo { hasNextPage } } }",
        '{ node(id: "user_x") { id } }',
        "{ rateLimit { remaining } }",
        '{ roadmap(by: {slug: "a"}) { slug enrolment { id } } }',
        '{ roadmap(by: {slug: "a"}) { currentVersion { nodes { title viewerState } } } }',
        "{ examTypes { code } viewer @skip(if: true) { user { handle } } }",
        "mutation { logout { signedOut } }",
    ],
)
def test_a_response_without_a_hint_is_not_cached(text: str) -> None:
    assert policy(text) is None


def test_zero_seconds_forbid_caching() -> None:
    hints = {"A.a": CacheHint(max_age=0, is_shared=True), "A.b": CacheHint(max_age=9, is_shared=True)}

    assert policy_of(hints, ["A.b"]) == CachePolicy(max_age=9, is_shared=True)
    assert policy_of(hints, ["A.a", "A.b"]) is None
    assert policy_of(hints, []) is None


def test_a_field_declares_its_hint_in_the_schema() -> None:
    field = cached(attribute("Told.", rule=public()), 7, CacheControlScope.PRIVATE)

    assert field.directives[1:] == [type(kept(7))(max_age=7, scope=CacheControlScope.PRIVATE)]
    with pytest.raises(TypeError, match="not a field"):
        cached("text", 7)
