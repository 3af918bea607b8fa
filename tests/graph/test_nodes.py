"""Nodes: everything with an id is found again by it, by those who may see it, and judged by what it is."""

from collections.abc import Iterator
from typing import Any

import pytest
import strawberry
from graphql import GraphQLInterfaceType, GraphQLNonNull, GraphQLObjectType

from domain.accounts.scopes import Scope
from domain.accounts.users import Viewer
from domain.ids import SessionId
from graph.access_rules import NarrowingInterfaceError, rules_of
from graph.directives import auth, public
from graph.fields import attribute
from graph.schema import executable
from resolvers.node import BATCHES
from tests.builders import mint
from tests.graph.world import world_of
from tests.support.attempts import EVERY_KIND, a_quiz_taker
from tests.support.schema_client import Asker

SCHEMA = executable()
NOT_NODES = {
    "JobWorker": "a process, which the list of workers shows anew",
    "Option": "a part of its question, which never changes and is refetched with it",
    "XpSource": "the id of another object, or a number of days",
}
"""Types with an `id` that no page refetches by it."""
PUBLIC_KINDS = {
    "user",
    "examtype",
    "domain",
    "quiz",
    "roadmap",
    "roadmapversion",
    "node",
    "prerequisite",
    "media",
}
EVERYTHING = """{
  viewer {
    user { __typename id sessions { __typename id } apiKeys { __typename id } }
    auditLog(first: 2) { nodes { __typename id } }
    jobs(first: 2) { nodes { __typename id } }
    xp(first: 2) { nodes { __typename id } }
    topicChains(first: 2) { nodes { __typename id baseTopics { __typename id } } }
    chats(first: 2) { nodes { __typename id messages(first: 2) { nodes { __typename id } } } }
    studySessions(first: 2) { nodes { __typename id } }
    threads(first: 2) { nodes { __typename id contents(first: 2) { nodes { __typename id } } } }
    goals(first: 2) { nodes { __typename id } }
    bookmarks(first: 2) { nodes { __typename id } }
    certificates(first: 2) { nodes { __typename id } }
    printouts(first: 2) { nodes { __typename id } }
    notes(first: 2) { nodes { __typename id } }
    collaborations(first: 2) { nodes { __typename id } }
    questionReports(first: 2) { nodes { __typename id } }
    generations(first: 2) { nodes { __typename id explanation { __typename id } } }
    attempts(first: 2) { nodes { __typename id slots { question { __typename id media { __typename id } } } } }
    imports(first: 2) { nodes { __typename id upload { __typename id } } }
    enrolments(first: 5) { nodes { __typename id pinnedVersion { __typename id nodes {
      __typename id prerequisites { __typename id } myEvidence { __typename id } } } roadmap { __typename id } } }
  }
  reviewCards(first: 2) { nodes { __typename id } }
  examTypes { __typename id domains { __typename id } }
  quizzes(first: 2) { nodes { __typename id } }
  workflows(first: 2) { nodes { __typename id } }
  webhookEndpoints(first: 2) { nodes { __typename id } }
  webhookDeliveries(first: 2) { nodes { __typename id } }
  emailTemplates(first: 2) { nodes { __typename id } }
  segments(first: 2) { nodes { __typename id } }
  campaigns(first: 2) { nodes { __typename id } }
  aiCalls(first: 2) { nodes { __typename id } }
  suppressions(first: 2) { nodes { __typename id } }
  myContent(state: DRAFT, first: 2) { nodes { quizDraft { __typename id } } }
}"""
EXPORT = "mutation { exportMyData { dataExport { __typename id } } }"
BY_IDS = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
BY_ID = "query ($id: ID!) { node(id: $id) { id } roadmaps(first: 1) { nodes { id } } }"


def objects_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from objects_in(item)
    elif isinstance(value, dict):
        if "id" in value:
            yield {"__typename": value["__typename"], "id": value["id"]}
        for item in value.values():
            yield from objects_in(item)


def one_of_each_kind(*answers: Any) -> dict[str, dict[str, Any]]:
    return {found["id"].partition("_")[0]: found for answer in answers for found in objects_in(answer)}


def key_of(viewer: Viewer, *scopes: Scope) -> Viewer:
    return Viewer(
        user_id=viewer.user_id,
        session_id=SessionId(mint("apikey")),
        roles=viewer.roles,
        scopes=frozenset(scopes),
    )


def test_every_type_with_an_id_is_a_node_or_says_why_not() -> None:
    others = {
        type_.name
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        if "id" in type_.fields and isinstance(type_.fields["id"].type, GraphQLNonNull)
        if "Node" not in {type_.name, *(interface.name for interface in type_.interfaces)}
    }

    assert others == NOT_NODES.keys()


@pytest.mark.slow
async def test_an_object_of_every_kind_is_found_by_its_id_by_those_who_may_see_it(ask: Asker) -> None:
    world = await world_of(ask, 2)
    _, stranger = await ask.learner()
    found = one_of_each_kind(await ask.data(EVERYTHING, world.viewer), await ask.data(EXPORT, world.viewer))
    expected = list(found.values())
    ids = [each["id"] for each in expected]

    own = await ask.data(BY_IDS, world.viewer, ids=ids)
    others = [await ask.data(BY_IDS, viewer, ids=ids) for viewer in (stranger, None)]

    assert found.keys() == BATCHES.keys()
    assert own["nodes"] == expected
    for answer in others:
        seen = [each if kind in PUBLIC_KINDS else None for kind, each in found.items()]
        assert answer["nodes"] == seen


@pytest.mark.slow
async def test_an_id_through_node_is_judged_by_what_the_object_is(ask: Asker) -> None:
    world = await world_of(ask, 1)
    found = one_of_each_kind(await ask.data(EVERYTHING, world.viewer), await ask.data(EXPORT, world.viewer))

    for kind, each in found.items():
        answer = await ask.data(BY_ID, id=each["id"])

        assert answer["node"] == ({"id": each["id"]} if kind in PUBLIC_KINDS else None)
        assert len(answer["roadmaps"]["nodes"]) == 1


@pytest.mark.slow
async def test_a_key_reads_nodes_of_its_scopes_alone(ask: Asker) -> None:
    world = await world_of(ask, 1)
    key = key_of(world.viewer, Scope.READ_PROFILE)
    found = one_of_each_kind(await ask.data(EVERYTHING, world.viewer), await ask.data(EXPORT, world.viewer))

    for kind, each in found.items():
        response = await ask(BY_ID, key, id=each["id"])

        may_read = kind in PUBLIC_KINDS
        assert response["data"]["node"] == ({"id": each["id"]} if may_read else None)
        assert len(response["data"]["roadmaps"]["nodes"]) == 1
        codes = [(e["extensions"]["code"], e["extensions"]["coordinate"]) for e in response.get("errors", ())]
        assert codes == ([] if may_read else [("FORBIDDEN", f"{each['__typename']}.id")])


async def test_a_fragment_on_node_in_a_mutation_asks_for_the_rules_of_that_type_alone(ask: Asker) -> None:
    _, viewer = await ask.learner()
    key = key_of(viewer, Scope.READ_LEARNING, Scope.WRITE_LEARNING)
    text = """mutation ($input: CreateGoalInput!) { createGoal(input: $input) { goal { ...Id ... on Node { id } } } }
    fragment Id on Node { id }"""

    made = await ask.data(text, key, input={"title": "Read", "idempotencyKey": "key"})

    assert made["createGoal"]["goal"]["id"].startswith("goal_")


async def test_a_question_is_found_with_the_options_in_the_order_of_the_latest_attempt(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, *EVERY_KIND)
    await taker.abandon(await taker.start_attempt("first"))
    slots = await taker.slots(await taker.start_attempt("second"))
    text = """query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Question { kind prompt }
      ... on SingleChoice { options { id } } ... on MultipleChoice { options { id } }
          ... on Matching { prompts { number text } options { id } } ... on Ordering { options { id } }
          ... on Cloze { blanks { number takes options { id } } } } }"""
    _, stranger = await ask.learner()
    ids = [slot["question"]["id"] for slot in slots]

    found = await ask.data(text, taker.viewer, ids=[*ids, mint("question")])

    assert found["nodes"] == [*(slot["question"] for slot in slots), None]
    assert len({question["kind"] for question in found["nodes"][:-1]}) == len(EVERY_KIND)
    assert (await ask.data(text, stranger, ids=ids))["nodes"] == [None] * len(ids)


async def test_an_overdue_attempt_is_graded_before_node_answers(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    ask.clock.forward(days=1)
    text = "query ($id: ID!) { node(id: $id) { ... on QuizAttempt { state score } } }"

    found = await ask.data(text, taker.viewer, id=attempt_id)

    assert found["node"] == {"state": "EXPIRED", "score": 0}


def test_a_rule_of_an_interface_that_an_implementation_lacks_stops_the_start() -> None:
    @strawberry.interface(directives=[auth()])
    class Secret:
        name: str = attribute("The name.")

    @strawberry.type(directives=[public()])
    class Open(Secret):
        name: str = attribute("The name.")

    @strawberry.type
    class Query:
        open: Open = attribute("Open to all.", rule=public())

    with pytest.raises(NarrowingInterfaceError, match=r"Secret\.name .* Open\.name"):
        rules_of(executable(strawberry.Schema(query=Query)))
