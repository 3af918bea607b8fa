"""Cursors: each list takes its own, and refuses every other text without a defect."""

import base64
import json
from typing import Any

import pytest
from graphql import GraphQLObjectType

from domain.accounts.users import Role
from domain.search import queries
from domain.search.search import SearchType, mark_of
from graph.schema import executable
from resolvers.context import Context
from tests.support.campaigns import a_campaign
from tests.support.chat_scenes import chats_of_size
from tests.support.generation_scenes import a_generation
from tests.support.goals import active_goal
from tests.support.jobs import an_operator
from tests.support.progress import set_target
from tests.support.roadmaps import store_roadmap
from tests.support.schema_client import Asker
from tests.support.study import studied_by
from tests.support.threads import a_thread
from tests.support.topics import a_chain
from tests.support.upload_scenes import store_import

pytestmark = pytest.mark.slow  # walks the whole schema


class Big(int):
    """An integer of a column of 64 bits."""


class OfSearch(str):  # noqa: SLOT000 - no value of it is made
    """The mark of a search by other words or types."""


LISTS: dict[str, tuple[str, list[type]]] = {
    "Query.users": ("{ users(%s) { edges { cursor } } }", [str]),
    "Query.quizzes": ("{ quizzes(%s) { edges { cursor } } }", [str]),
    "Query.roadmaps": ("{ roadmaps(%s) { edges { cursor } } }", [str]),
    "Query.auditLog": ("{ auditLog(%s) { edges { cursor } } }", [str]),
    "Query.adminUsers": ("{ adminUsers(%s) { edges { cursor } } }", [str]),
    "Query.timeAllowances": ("{ timeAllowances(%s) { edges { cursor } } }", [str]),
    "Query.pendingXp": ("{ pendingXp(%s) { edges { cursor } } }", [str]),
    "Query.search": ('{ search(query: "knots", %s) { edges { cursor } } }', [int, str, OfSearch]),
    "Query.jobs": ("{ jobs(%s) { edges { cursor } } }", [str]),
    "Query.suppressions": ("{ suppressions(%s) { edges { cursor } } }", [str]),
    "Query.aiCalls": ("{ aiCalls(%s) { edges { cursor } } }", [str]),
    "Query.workflows": ("{ workflows(%s) { edges { cursor } } }", [str]),
    "Query.webhookEndpoints": ("{ webhookEndpoints(%s) { edges { cursor } } }", [str]),
    "Query.webhookDeliveries": ("{ webhookDeliveries(%s) { edges { cursor } } }", [str]),
    "Query.emailTemplates": ("{ emailTemplates(%s) { edges { cursor } } }", [str]),
    "Query.segments": ("{ segments(%s) { edges { cursor } } }", [str]),
    "Query.campaigns": ("{ campaigns(%s) { edges { cursor } } }", [str]),
    "Campaign.recipients": ("{ campaigns { nodes { recipients(%s) { edges { cursor } } } } }", [Big]),
    "Query.fieldUsage": ("{ fieldUsage(%s) { edges { cursor } } }", [str]),
    "Viewer.imports": ("{ viewer { imports(%s) { edges { cursor } } } }", [str]),
    "Import.findings": ("{ viewer { imports { nodes { findings(%s) { edges { cursor } } } } } }", [Big]),
    "Viewer.jobs": ("{ viewer { jobs(%s) { edges { cursor } } } }", [str]),
    "Viewer.workflows": ("{ viewer { workflows(%s) { edges { cursor } } } }", [str]),
    "Query.myContent": ("{ myContent(%s) { edges { cursor } } }", [Big, str]),
    "Goal.history": ("{ viewer { goals { nodes { history(%s) { edges { cursor } } } } } }", [int]),
    "DailyTarget.history": ("{ viewer { dailyTargets { history(%s) { edges { cursor } } } } }", [int]),
    "Viewer.goals": ("{ viewer { goals(%s) { edges { cursor } } } }", [str]),
    "Viewer.bookmarks": ("{ viewer { bookmarks(%s) { edges { cursor } } } }", [str]),
    "Viewer.tags": ("{ viewer { tags(%s) { edges { cursor } } } }", [str]),
    "Viewer.notes": ("{ viewer { notes(%s) { edges { cursor } } } }", [str]),
    "Viewer.collaborations": ("{ viewer { collaborations(%s) { edges { cursor } } } }", [str]),
    "Roadmap.collaborators": ("{ roadmaps { nodes { collaborators(%s) { edges { cursor } } } } }", [str]),
    "Roadmap.evidenceToReview": (
        "{ roadmaps { nodes { evidenceToReview(%s) { edges { cursor } } } } }",
        [str],
    ),
    "Query.reviewQueue": ("{ reviewQueue(%s) { edges { cursor } } }", [int, Big, str]),
    "Query.reviewCards": ("{ reviewCards(%s) { edges { cursor } } }", [str]),
    "Viewer.xp": ("{ viewer { xp(%s) { edges { cursor } } } }", [str]),
    "Viewer.attempts": ("{ viewer { attempts(%s) { edges { cursor } } } }", [str]),
    "Viewer.studySessions": ("{ viewer { studySessions(%s) { edges { cursor } } } }", [str]),
    "StudySession.slots": (
        "{ viewer { studySessions { nodes { slots(%s) { edges { cursor } } } } } }",
        [int],
    ),
    "Viewer.threads": ("{ viewer { threads(%s) { edges { cursor } } } }", [str]),
    "Viewer.sharedThreads": ("{ viewer { sharedThreads(%s) { edges { cursor } } } }", [str]),
    "Thread.contents": ("{ viewer { threads { nodes { contents(%s) { edges { cursor } } } } } }", [int, str]),
    "Thread.readers": ("{ viewer { threads { nodes { readers(%s) { edges { cursor } } } } } }", [str]),
    "Viewer.activity": ("{ viewer { activity(%s) { edges { cursor } } } }", [Big, str]),
    "Viewer.topicChains": ("{ viewer { topicChains(%s) { edges { cursor } } } }", [str]),
    "TopicChain.topics": (
        "{ viewer { topicChains { nodes { topics(%s) { edges { cursor } } } } } }",
        [int, int, str],
    ),
    "Topic.subtopics": (
        "{ viewer { topicChains { nodes { baseTopics { subtopics(%s) { edges { cursor } } } } } } }",
        [int, str],
    ),
    "Viewer.chats": ("{ viewer { chats(%s) { edges { cursor } } } }", [str]),
    "ExploreChat.messages": ("{ viewer { chats { nodes { messages(%s) { edges { cursor } } } } } }", [int]),
    "Viewer.certificates": ("{ viewer { certificates(%s) { edges { cursor } } } }", [str]),
    "Viewer.printouts": ("{ viewer { printouts(%s) { edges { cursor } } } }", [str]),
    "Viewer.enrolments": ("{ viewer { enrolments(%s) { edges { cursor } } } }", [str]),
    "Viewer.auditLog": ("{ viewer { auditLog(%s) { edges { cursor } } } }", [str]),
    "Roadmap.versions": ("{ roadmaps { nodes { versions(%s) { edges { cursor } } } } }", [int]),
    "RoadmapVersion.nodesConnection": (
        "{ roadmaps { nodes { currentVersion { nodesConnection(%s) { edges { cursor } } } } } }",
        [int],
    ),
    "Query.questionReports": ("{ questionReports(%s) { edges { cursor } } }", [str]),
    "Query.questionQuality": ("{ questionQuality(%s) { edges { cursor } } }", [int, str]),
    "Viewer.questionReports": ("{ viewer { questionReports(%s) { edges { cursor } } } }", [str]),
    "Viewer.contentRatings": ("{ viewer { contentRatings(%s) { edges { cursor } } } }", [str]),
    "Query.answerRatings": ("{ answerRatings(%s) { edges { cursor } } }", [int, str]),
    "Viewer.generations": ("{ viewer { generations(%s) { edges { cursor } } } }", [str]),
    "Generation.feedbackReasons": (
        "{ viewer { generations { nodes { feedbackReasons(%s) { edges { cursor } } } } } }",
        [Big],
    ),
    "Leaderboard.ranking": ("{ leaderboard { ranking(%s) { edges { cursor } } } }", [int, int, str]),
}
"""A document for each list of the schema, and the types of the values that order it."""
NAMES = {
    "Query.users": "users",
    "Query.quizzes": "quizzes",
    "Query.roadmaps": "roadmaps",
    "Query.auditLog": "auditLog",
    "Query.adminUsers": "adminUsers",
    "Query.search": "search",
    "Query.jobs": "jobs",
    "Query.suppressions": "suppressions",
    "Query.aiCalls": "aiCalls",
    "Query.workflows": "workflows",
    "Query.webhookEndpoints": "webhookEndpoints",
    "Query.webhookDeliveries": "webhookDeliveries",
    "Query.emailTemplates": "emailTemplates",
    "Query.segments": "segments",
    "Query.campaigns": "campaigns",
    "Campaign.recipients": "recipients",
    "Query.fieldUsage": "fieldUsage",
    "Query.timeAllowances": "timeAllowances",
    "Query.pendingXp": "pendingXp",
    "Viewer.imports": "imports",
    "Import.findings": "importFindings",
    "Viewer.jobs": "jobs",
    "Viewer.workflows": "workflows",
    "Query.myContent": "myContent",
    "Goal.history": "goalHistory",
    "DailyTarget.history": "dailyTargetDays",
    "Viewer.goals": "goals",
    "Viewer.bookmarks": "bookmarks",
    "Viewer.tags": "bookmarkTags",
    "Viewer.notes": "notes",
    "Viewer.collaborations": "collaborations",
    "Roadmap.collaborators": "collaborators",
    "Roadmap.evidenceToReview": "evidence",
    "Query.reviewQueue": "reviewQueue",
    "Query.reviewCards": "reviewCards",
    "Viewer.xp": "xpEntries",
    "Viewer.attempts": "attempts",
    "Viewer.studySessions": "studySessions",
    "StudySession.slots": "studySlots",
    "Viewer.threads": "threads",
    "Viewer.sharedThreads": "sharedThreads",
    "Thread.contents": "threadContents",
    "Thread.readers": "threadReaders",
    "Viewer.activity": "activity",
    "Viewer.topicChains": "topicChains",
    "TopicChain.topics": "topics",
    "Topic.subtopics": "subtopics",
    "Viewer.chats": "chats",
    "ExploreChat.messages": "chatMessages",
    "Viewer.certificates": "certificates",
    "Viewer.printouts": "printouts",
    "Viewer.enrolments": "enrolments",
    "Viewer.auditLog": "auditLog",
    "Roadmap.versions": "versions",
    "RoadmapVersion.nodesConnection": "roadmap_nodes",
    "Query.questionReports": "questionReports",
    "Query.questionQuality": "questionQuality",
    "Viewer.questionReports": "viewerReports",
    "Viewer.contentRatings": "contentRatings",
    "Query.answerRatings": "answerRatings",
    "Viewer.generations": "generations",
    "Generation.feedbackReasons": "feedbackReasons",
    "Leaderboard.ranking": "leaderboard",
}
VALID: dict[type, Any] = {
    str: "user_01K742SG00EC1V4CSM6MV3EE1S",
    int: 1,
    Big: 1,
    OfSearch: mark_of(queries.parsed("knots", field="query"), frozenset(SearchType)),
}
WIDE: dict[str, list[Any]] = {"leaderboard": [2**31], "roadmap_nodes": [2**31, -(2**31) - 1]}
"""What the numbers of lists with 64 bits may be."""
HOSTILE: dict[type, list[Any]] = {
    OfSearch: [
        *(1, None, [], "", "0" * 12, "\0"),
        mark_of(queries.parsed("knot", field="query"), frozenset(SearchType)),
        mark_of(queries.parsed("knots", field="query"), frozenset({SearchType.NODE})),
    ],
    str: [1, True, None, 1.5, [], {}, "\0"],
    Big: [2**63, -(2**63) - 1, 10**40, True, None, 1.5, "1", []],
    int: [2**31, -(2**31) - 1, 2**63, -(2**63) - 1, 10**40, True, None, 1.5, "1", []],
}


def written(value: Any, *, ascii_only: bool = True) -> str:
    raw = json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def hostile_cursors(name: str, kinds: list[type]) -> list[str]:
    """Return texts that no page of the list returned."""
    key = [name, *(VALID[kind] for kind in kinds)]
    cursors = [
        "",
        "x",
        "W10",
        "é",
        "W1tdXQ",
        written(name),
        written(key[1:]),
        written([*key, 1]),
        "A" * 4_000,
    ]
    cursors += [written(["another", *key[1:]]), written({"0": name}), written(key) + "=", " " + written(key)]
    for place, kind in enumerate(kinds, 1):
        for value in HOSTILE[kind]:
            if value not in WIDE.get(name, []):
                cursors.append(written([*key[:place], value, *key[place + 1 :]], ascii_only=False))
        if kind is str:
            cursors += [written([*key[:place], half, *key[place + 1 :]]) for half in ("\ud800", "a\udfff")]
    return cursors


async def everything(ask: Asker) -> Any:
    """Store a roadmap with versions, a goal and a daily target, and return a viewer that may read every list."""
    user, viewer = await ask.learner(roles=frozenset(Role))
    await a_campaign(ask, await an_operator(ask))
    await active_goal(ask, viewer)
    await set_target(ask, viewer, "DAILY_XP", 30)
    async with ask.postgres.open_work(Context(ask.ports, None, "").meter) as work:
        await store_roadmap(work, user.id, {"a": []})
        await store_import(work, ask, user.id)
    await studied_by(ask, viewer)
    await chats_of_size(ask, viewer, 1)
    await a_chain(ask, viewer, "Knots")
    await a_generation(ask, viewer)
    await a_thread(ask, viewer, "a")
    return viewer


def test_every_list_of_the_schema_is_here() -> None:
    lists = {
        f"{type_.name}.{name}"
        for type_ in executable().type_map.values()
        if isinstance(type_, GraphQLObjectType)
        for name, field in type_.fields.items()
        if "before" in field.args
    }

    assert lists == LISTS.keys() == NAMES.keys()


@pytest.mark.parametrize("coordinate", LISTS)
async def test_a_text_that_no_page_returned_is_refused(ask: Asker, coordinate: str) -> None:
    viewer = await everything(ask)
    text, kinds = LISTS[coordinate]

    for cursor in hostile_cursors(NAMES[coordinate], kinds):
        for arguments in ("first: 1, after: $c", "last: 1, before: $c"):
            document = "query ($c: Cursor) " + text % arguments
            response = await ask(document, viewer, c=cursor)
            codes = [error["extensions"]["code"] for error in response.get("errors", [])]
            assert codes == ["BAD_USER_INPUT"], (cursor, response)
            assert response["errors"][0]["extensions"]["field"] in ("after", "before")
    assert ask.defects == []


@pytest.mark.parametrize("coordinate", LISTS)
async def test_a_cursor_of_another_list_is_refused(ask: Asker, coordinate: str) -> None:
    viewer = await everything(ask)
    text, kinds = LISTS[coordinate]
    document = "query ($c: Cursor) " + text % "first: 1, after: $c"

    for name in set(NAMES.values()):
        response = await ask(document, viewer, c=written([name, *(VALID[kind] for kind in kinds)]))
        assert ("errors" in response) is (name != NAMES[coordinate])
    assert ask.defects == []
