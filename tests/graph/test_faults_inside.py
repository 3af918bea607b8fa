"""Faults inside a field: a list or an object with several names each of them, for every such field of the schema."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLList, get_named_type, get_nullable_type

from domain import workflow_table
from domain.accounts.users import Role, Viewer
from domain.unit_of_work import Meter
from domain.workflows import template_saves
from graph.schema import executable
from tests.builders import mint
from tests.builders.campaigns import BODY
from tests.support.accounts import accepted, mutate
from tests.support.analytics import an_exam
from tests.support.campaigns import TEMPLATE, a_campaign, a_segment, a_template
from tests.support.schema_client import Asker

SCHEMA = executable()
assert SCHEMA.mutation_type is not None
LONG = "x" * 40_000
KEY = "k"
ALONE = {
    "answerQuestion.answer": "judged by the question; tests of the kinds give several faults",
    "answerStudyQuestion.answer": "judged by the question",
    "reviewCard.answer": "judged by the question",
    "syncBatch.events": "each event has an answer of its own",
    "inviteCollaborator.invitee": "one of two fields",
    "setRoles.roles": "every value is fine",
    "createApiKey.scopes": "every value is fine",
    "setFeatureFlag.roles": "every value is fine",
    "retryJobs.ids": "what is no failed job is left out",
    "discardJobs.ids": "what is no failed job is left out",
    "dismissReports.reportIds": "found together or not at all",
    "createWebhookEndpoint.events": "empty, or with PING: not both",
    "updateWebhookEndpoint.events": "empty, or with PING: not both",
    "editQuizDraft.questionIds": "what a draft asks is a fault of the draft",
    "generateQuizFrom.domains": "the sentence names those that there are",
    "generateQuiz.source": "exactly one field",
    "generateQuiz.kinds": "every value is fine",
    "generateTopics.below": "exactly one field",
    "startStudySession.domains": "the sentence names those that there are",
}
"""Fields that hold several values and no two faults, and why."""

Case = tuple[dict[str, Any], set[tuple[str, str]]]
"""An input, and the field and a part of the sentence of every fault in it."""


def compound() -> set[str]:
    """Return the fields of mutations that hold a list or an object."""
    found = set()
    for name, mutation in SCHEMA.mutation_type.fields.items():  # type: ignore[union-attr]
        inputs: Any = get_named_type(mutation.args["input"].type) if mutation.args else None
        for field, given in inputs.fields.items() if inputs else ():
            named = get_named_type(given.type)
            is_list = isinstance(get_nullable_type(given.type), GraphQLList)
            if is_list or isinstance(named, GraphQLInputObjectType) or named.name == "JSONObject":
                found.add(f"{name}.{field}")
    return found


def _groups() -> list[dict[str, Any]]:
    conditions = [
        {"activeWithinDays": 0},
        {"inactiveForDays": 99_999},
        {"examTypeId": mint("examtype")},
        {"weakDomainId": mint("examdomain")},
    ]
    return [{"conditions": []}, {"conditions": conditions}, *[{"conditions": [{"marketing": True}]}] * 4]


_OF_GROUPS = {
    ("groups", "1 to 5"),
    ("groups[0].conditions", "1 to 10"),
    ("groups[1].conditions[0].activeWithinDays", "1 to"),
    ("groups[1].conditions[1].inactiveForDays", "1 to"),
    ("groups[1].conditions[2].examTypeId", "exam type"),
    ("groups[1].conditions[3].weakDomainId", "exam domain"),
}


async def _new_segment(_ask: Asker, _viewer: Viewer) -> Case:
    return {"name": "All", "groups": _groups(), "idempotencyKey": KEY}, _OF_GROUPS


async def _segment(ask: Asker, viewer: Viewer) -> Case:
    return {"id": await a_segment(ask, viewer), "version": 1, "groups": _groups()}, _OF_GROUPS


_VALUES = {"first": 5, "second": ["x", 1], "fourth": "x", "fifth": "y"}
_OF_VALUES = {
    ("values", "third"),
    ("values", "may name the variables"),
    ("values.first", "a text"),
    ("values.second", "a text"),
}


async def _showing_three(ask: Asker, viewer: Viewer) -> str:
    return await a_template(
        ask,
        viewer,
        text="{{ first }} {{ second }} {{ third }}",
        variables=["first", "second", "third"],
        body=BODY.replace("{{ offer }}", "{{ first }}"),
        idempotencyKey="three",
    )


async def _new_campaign(ask: Asker, viewer: Viewer) -> Case:
    given = {"templateId": await _showing_three(ask, viewer), "segmentId": await a_segment(ask, viewer)}
    values = {"name": "", "values": _VALUES, "quietFrom": 24, "idempotencyKey": KEY}
    return given | values, {*_OF_VALUES, ("name", "1 to"), ("quietFrom", "0 to")}


async def _campaign(ask: Asker, viewer: Viewer) -> Case:
    given = {
        "id": await a_campaign(ask, viewer),
        "version": 7,
        "templateId": await _showing_three(ask, viewer),
    }
    return given | {"values": _VALUES, "perSecond": 0}, {
        *_OF_VALUES,
        ("version", "version 1"),
        ("perSecond", "1 to"),
    }


_OF_VARIABLES = {
    ("variables", "at most 20"),
    ("variables", "begin with a letter"),
    ("variables", "differ"),
    ("subject", "1 to"),
    ("text", "1 to"),
}
_CONTENT = {"variables": ["Upper", *["twice"] * 20], "subject": "", "text": ""}


async def _new_template(_ask: Asker, _viewer: Viewer) -> Case:
    return TEMPLATE | _CONTENT | {"idempotencyKey": KEY}, _OF_VARIABLES


async def _template(ask: Asker, viewer: Viewer) -> Case:
    return {"id": await a_template(ask, viewer), "version": 1} | _CONTENT, _OF_VARIABLES


async def _job(_ask: Asker, _viewer: Viewer) -> Case:
    given = {
        "kind": "rebuild_leaderboards",
        "arguments": {"nothing": 1, "weeks": "3"},
        "runAt": "2001-01-01T00:00:00Z",
    }
    return given | {"idempotencyKey": ""}, {
        ("arguments", "does not know"),
        ("arguments.weeks", "must be"),
        ("runAt", "365 days"),
        ("idempotencyKey", "1 to"),
    }


async def _workflow(ask: Asker, _viewer: Viewer) -> Case:
    async with ask.postgres.open_work(Meter()) as work:
        await template_saves.ship(work, workflow_table.SHIPPED)
    inputs = {"nothing": 1, "monday": "yesterday", "readers": [mint("user")]}
    return {"template": "weekly_digest", "inputs": inputs, "idempotencyKey": ""}, {
        ("inputs", "does not know"),
        ("inputs.monday", "date"),
        ("inputs.readers", "no such user"),
        ("idempotencyKey", "1 to"),
    }


_STEPS = [
    {"key": "a", "kind": "nothing"},
    {"key": "b", "kind": "settle_xp", "after": ["nowhere"], "condition": "1 +"},
]


async def _workflow_template(_ask: Asker, _viewer: Viewer) -> Case:
    inputs = [{"name": "not a name", "type": "STRING"}]
    given = {"name": "Not a name", "description": "", "inputs": inputs, "steps": _STEPS}
    return given, {
        ("name", "1 to 64"),
        ("description", "1 to"),
        ("inputs", "findings"),
        ("steps", "findings"),
    }


async def _draft(ask: Asker, viewer: Viewer) -> Case:
    made = await accepted(
        ask,
        viewer,
        "createRoadmap",
        "version { id revision }",
        slug="faults",
        title="Faults",
        idempotencyKey=KEY,
    )
    node = {
        "key": "Not A Key",
        "title": "",
        "weight": 0,
        "minutes": 0,
        "resources": [{"title": "", "url": "x"}],
    }
    needs = [{"mode": "ALL", "k": 1, "nodes": []}, {"mode": "ANY", "nodes": ["Not A Key"]}]
    operations = [
        {"addNode": node | {"prerequisites": needs}},
        {"changeNode": {"key": "a", "title": None, "minutes": 99_999}},
        {"connect": {"from": "Not A Key", "to": "Nor This"}},
        {"setResources": {"key": "Not", "resources": [{"title": "", "url": "https://example.org/"}] * 2}},
        {"describe": {"title": "", "description": "x" * 3_000}},
    ]
    fields = [
        *(f"operations[0].addNode.{name}" for name in ("key", "title", "weight", "minutes")),
        *(f"operations[0].addNode.resources[0].{name}" for name in ("title", "url")),
        *(f"operations[0].addNode.prerequisites[0].{name}" for name in ("k", "nodes")),
        "operations[0].addNode.prerequisites[1].nodes[0]",
        *(f"operations[1].changeNode.{name}" for name in ("title", "minutes")),
        *(f"operations[2].connect.{name}" for name in ("from", "to")),
        "operations[3].setResources.key",
        *(f"operations[3].setResources.resources[{place}].title" for place in range(2)),
        *(f"operations[4].describe.{name}" for name in ("title", "description")),
    ]
    given = {"versionId": made["version"]["id"], "revision": 7, "operations": operations}
    return given, {
        *((field, "must") for field in fields if not field.endswith(".k")),
        ("revision", "is at revision"),
    }


async def _pull(_ask: Asker, _viewer: Viewer) -> Case:
    mine = {"key": "a", "field": "TITLE", "choice": "KEEP_MINE"}
    theirs = mine | {"choice": "TAKE_THEIRS"}
    given = {"versionId": mint("roadmapversion"), "upstreamVersionId": mint("roadmapversion"), "revision": 0}
    return given | {"choices": [mine, theirs, theirs]}, {
        ("choices[1]", "again"),
        ("choices[2]", "again"),
        ("versionId", "no such version"),
    }


async def _quiz_draft(ask: Asker, viewer: Viewer) -> Case:
    exam, _ = await an_exam(ask, "Pools+", "1.1")
    made = await accepted(
        ask,
        viewer,
        "createQuiz",
        "draft { id }",
        slug="pools",
        title="Pools",
        examType=exam.code,
        idempotencyKey=KEY,
    )
    pools = [{"domain": "no", "count": 1}, {"domain": "1.1", "count": 1}, {"domain": "nor", "count": 1}] * 10
    given = {"draftId": made["draft"]["id"], "version": 1, "pools": pools, "title": ""}
    return given, {
        ("pools", "at most"),
        ("pools[0].domain", "There are"),
        ("pools[2].domain", "There are"),
        ("title", "1 to"),
    }


_IMAGE = {"media": mint("media"), "alt": ""}
_OPTIONS = [
    {"text": "", "correct": True, "feedback": "x" * 10_001},
    {"text": "", "correct": True},
    {"text": "a", "image": _IMAGE},
]
_ANSWER_KEY = {
    "options": _OPTIONS,
    "truth": True,
    "numbers": [{"low": "one", "high": "2"}, {"low": "1", "high": "two"}],
    "feedback": [{"answer": "nothing", "text": "x" * 10_001}],
}
_OF_KEY = {
    ("key", "has no truth, numbers"),
    ("key.numbers[0].low", "decimal number"),
    ("key.numbers[1].high", "decimal number"),
    ("key.options[0].text", "Option 1 must"),
    ("key.options[1].text", "Option 2 must"),
    ("key.options[0].feedback", "feedback of option 1 must"),
    ("key.options[1].text", "Two options are the same"),
    ("key.options", "one right option"),
    ("key.feedback[0].answer", "no answer"),
    ("key", "alt of an image"),
    ("key", "images of the question's author"),
    ("images", "alt of an image"),
    ("images", "images of the question's author"),
    ("explanation", "characters"),
    ("prompt", "characters"),
}
_WORDS = {"prompt": "", "explanation": LONG, "key": _ANSWER_KEY, "images": [_IMAGE]}


async def _new_question(ask: Asker, _viewer: Viewer) -> Case:
    exam, _ = await an_exam(ask, "Questions+", "1.1")
    given = {"examType": exam.code, "domain": "nowhere", "kind": "SINGLE_CHOICE", "idempotencyKey": ""}
    return given | _WORDS, {*_OF_KEY, ("domain", "There are"), ("idempotencyKey", "1 to")}


async def _question(ask: Asker, viewer: Viewer) -> Case:
    exam, _ = await an_exam(ask, "Questions+", "1.1")
    made = await accepted(
        ask,
        viewer,
        "createQuestion",
        "content { question { id } }",
        examType=exam.code,
        domain="1.1",
        kind="SINGLE_CHOICE",
        prompt="Which?",
        key={"options": [{"text": "a", "correct": True}, {"text": "b"}]},
        idempotencyKey=KEY,
    )
    given = {"id": made["content"]["question"]["id"], "version": 7, "domain": "nowhere"}
    return given | _WORDS, {*_OF_KEY, ("domain", "There are"), ("version", "version 1")}


async def _bookmark(_ask: Asker, _viewer: Viewer) -> Case:
    given = {"targetId": mint("quiz"), "tags": ["", "x" * 41, "\a", *"abcdefghijklmnopqrstuvwxyz"]}
    return given, {("tags", "at most"), ("tags[0]", "1 to"), ("tags[1]", "1 to"), ("tags[2]", "")}


async def _flag(_ask: Asker, _viewer: Viewer) -> Case:
    given = {"key": "nothing", "enabled": True, "percentage": 101, "roles": []}
    return given | {"userIds": [mint("user")]}, {
        ("key", "one of"),
        ("percentage", "0 to 100"),
        ("userIds", "no such user"),
        ("roles", "not be empty"),
    }


CASES: dict[str, Callable[[Asker, Viewer], Awaitable[Case]]] = {
    "createSegment.groups": _new_segment,
    "updateSegment.groups": _segment,
    "createCampaign.values": _new_campaign,
    "updateCampaign.values": _campaign,
    "createEmailTemplate.variables": _new_template,
    "updateEmailTemplate.variables": _template,
    "startJob.arguments": _job,
    "startWorkflow.inputs": _workflow,
    "saveWorkflowTemplate.inputs": _workflow_template,
    "saveWorkflowTemplate.steps": _workflow_template,
    "editRoadmapDraft.operations": _draft,
    "pullUpstream.choices": _pull,
    "editQuizDraft.pools": _quiz_draft,
    "createQuestion.key": _new_question,
    "createQuestion.images": _new_question,
    "updateQuestion.key": _question,
    "updateQuestion.images": _question,
    "saveBookmark.tags": _bookmark,
    "setFeatureFlag.userIds": _flag,
}


def test_every_field_with_several_values_is_tried_or_says_why_not() -> None:
    assert compound() == CASES.keys() | ALONE.keys()


@pytest.mark.parametrize("place", CASES)
async def test_every_fault_inside_a_field_is_named_at_once(ask: Asker, place: str) -> None:
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR, Role.ADMIN])
    given, faults = await CASES[place](ask, viewer)

    entries = (await mutate(ask, viewer, place.partition(".")[0], **given))["userErrors"]

    missing = {
        (field, part)
        for field, part in faults
        if not any(entry["field"] == field and part in entry["message"] for entry in entries)
    }
    assert missing == set(), entries
