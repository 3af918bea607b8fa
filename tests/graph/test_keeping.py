"""How long answers may be kept: never what is somebody's, and no longer than the shortest of what they hold."""

import pytest
from graphql import GraphQLObjectType

from graph.caching import CacheControlScope, cached, kept
from graph.directives import Public, public
from graph.documents import Documents
from graph.fields import attribute
from graph.keeping import Keeping, Policy, Say, policy_of, says_of
from graph.limits import Limits
from graph.rules import rules_of
from graph.schema import executable

SCHEMA = executable()
SAYS = says_of(SCHEMA)
RULES = rules_of(SCHEMA)
GUARDED = sorted(
    coordinate for coordinate, rules in RULES.items() if not all(isinstance(rule, Public) for rule in rules)
)


def policy(text: str) -> Policy | None:
    documents = Documents(SCHEMA, limits=Limits(), hide_suggestions=False)
    return Keeping(SCHEMA).policy(documents.prepare(text, None), {})


def test_nothing_that_not_everyone_may_read_has_a_say() -> None:
    assert {"Query.attempt", "User.email", "User.sessions", "Viewer.user"} <= {*GUARDED}
    assert not SAYS.keys() & {*GUARDED}


@pytest.mark.parametrize("coordinate", GUARDED)
def test_an_answer_with_a_guarded_field_is_never_kept(coordinate: str) -> None:
    assert policy_of(SAYS, ["Query.examTypes", coordinate, "ExamType.code"]) is None


def test_nothing_that_changes_or_streams_is_kept() -> None:
    for root in (SCHEMA.mutation_type, SCHEMA.subscription_type):
        assert isinstance(root, GraphQLObjectType)
        assert not SAYS.keys() & {f"{root.name}.{name}" for name in root.fields}


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
def test_the_shortest_counts_and_everybody_may_keep_what_is_public(text: str, seconds: int) -> None:
    assert policy(text) == Policy(max_age=seconds, is_shared=True)


@pytest.mark.parametrize(
    "text",
    [
        "{ users { nodes { handle bio } } }",
        "{ leaderboard { entries { rank isViewer } } }",
        "{ leaderboard { total viewerEntry { rank } } }",
        "{ leaderboard { around { rank } } }",
    ],
)
def test_what_depends_on_the_caller_is_theirs_to_keep(text: str) -> None:
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
def test_what_declares_nothing_is_not_kept(text: str) -> None:
    assert policy(text) is None


def test_zero_seconds_are_none() -> None:
    says = {"A.a": Say(max_age=0, is_shared=True), "A.b": Say(max_age=9, is_shared=True)}

    assert policy_of(says, ["A.b"]) == Policy(max_age=9, is_shared=True)
    assert policy_of(says, ["A.a", "A.b"]) is None
    assert policy_of(says, []) is None


def test_a_field_says_it_in_the_schema() -> None:
    field = cached(attribute("Told.", rule=public()), 7, CacheControlScope.PRIVATE)

    assert field.directives[1:] == [type(kept(7))(max_age=7, scope=CacheControlScope.PRIVATE)]
    with pytest.raises(TypeError, match="no field"):
        cached("text", 7)
