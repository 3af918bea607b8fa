"""Refusals of mutations: every field that breaks a rule has an entry of its own, for every mutation of the schema."""

import re
from itertools import combinations
from typing import Any, get_args, get_type_hints

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLList,
    get_named_type,
    get_nullable_type,
    is_required_input_field,
)

from domain.accounts.users import Role
from graph.declarations import declaration_of
from graph.schema import executable
from tests.builders import mint
from tests.support.schema_client import Asker

SCHEMA = executable()
assert SCHEMA.mutation_type is not None
INPUTS: dict[str, GraphQLInputObjectType] = {
    name: get_named_type(field.args["input"].type)  # type: ignore[misc]
    for name, field in SCHEMA.mutation_type.fields.items()
    if field.args
}
FIELDS = [(name, field) for name, input_ in INPUTS.items() for field in input_.fields]

COMPARED = {
    **dict.fromkeys(["currentPassword", "code", "flow", "state", "refreshToken"], "compared with a secret"),
    **dict.fromkeys(["login.email", "login.password", "changeEmail.password"], "compared with a secret"),
    **dict.fromkeys(["deleteMyAccount.password", "linkGoogle.password"], "compared with a secret"),
    "verifyEmail.token": "compared with a secret",
    "openShareLink.secret": "compared with a secret",
    "openThreadLink.secret": "compared with a secret",
    "version": "compared with the object",
    "revision": "compared with the object",
    "createRoadmap.visibility": "every value is fine",
    "changeRoadmapVisibility.visibility": "every value is fine",
    "inviteCollaborator.role": "every value is fine",
    "verdict": "every value is fine",
    "reviewCard.rating": "compared with the answer",
    "purpose": "every value is fine",
    "keepGood": "every value is fine",
    "reportQuestion.kind": "every value is fine",
    "format": "compared with the file",
    "redirectUri": "compared with the registered ones, where the provider is set up",
    "refreshBy": "both values are fine; the transport may refuse one",
    "archiveThread.isArchived": "both values are fine",
    "flagSlot.flagged": "both values are fine",
    "answer": "judged by the question that it answers",
    "to": "judged by the goal",
    **dict.fromkeys(["setDailyTarget.kind", "removeDailyTarget.kind"], "every value is fine"),
    **dict.fromkeys(["updateQuestion.difficulty", "updateQuestion.promptFormat"], "every value is fine"),
    "startStudySession.difficulty": "every value is fine",
    "isExplored": "both values are fine",
    "updateQuestion.domain": "compared with the exam type of the question",
    "updateQuestion.key": "judged by the kind of the question",
    **dict.fromkeys(
        [
            f"editQuizDraft.{name}"
            for name in (
                "timeLimitMinutes",
                "passMark",
                "opensAt",
                "closesAt",
                "attemptsAllowed",
                "coolDownMinutes",
            )
        ],
        "its range is a fault of the draft",
    ),
    **dict.fromkeys(["feedback", "shuffleQuestions", "shuffleOptions"], "every value is fine"),
    **dict.fromkeys(["createQuestion.difficulty", "generateQuizFrom.difficulty"], "every value is fine"),
    **dict.fromkeys(["generateRoadmap.level", "generateQuiz.difficulty"], "every value is fine"),
    "generateQuiz.kinds": "every value is fine",
    "isHelpful": "both values are fine",
    "regeneratePart.part": "compared with the draft",
    "regeneratePart.version": "compared with the draft by the job",
    "createQuestion.promptFormat": "compared with the prompt",
    "generateQuizFrom.domains": "compared with the exam type",
    "createQuestion.domain": "compared with the exam type",
    "createQuestion.kind": "every value is fine",
    "createQuestion.key": "judged by the kind of the question",
    "updateWebhookEndpoint.enabled": "every value is fine",
    "replayWebhookDeliveries.event": "every value is fine",
    "replayWebhookDeliveries.since": "compared with until",
    "replayWebhookDeliveries.until": "compared with since",
    "step": "compared with the steps of the workflow",
    **dict.fromkeys(["mode", "dryRun", "keepCurrent", "roles", "createGoal.kind"], "every value is fine"),
    **dict.fromkeys(["updateEmailPreferences.weeklyDigest", "enabled"], "every value is fine"),
    **dict.fromkeys(
        [f"updateEmailPreferences.{name}" for name in ("weeklyDigest", "clickCounting", "marketing")],
        "every value is fine",
    ),
    **{
        f"updatePrivacy.{name}": "every value is fine"
        for name in ("avatarUrl", "bio", "joinedAt", "onBoards")
    },
}
"""Fields that have no rule of their own, and why."""

OFFLINE_EVENT = {
    "id": "event",
    "occurredAt": "2026-06-01T00:00:00Z",
    "act": {"node": {"enrolmentId": "enrolment", "nodeId": "node", "state": "DONE"}},
}

WRONG: dict[str, Any] = {
    "ID": "nonsense",
    "String": "\a" * 3_000,
    "EmailAddress": "nobody at nowhere",
    "URL": "nowhere",
    "Int": -1,
    "Float": -1.5,
    "DateTime": "2001-01-01T00:00:00Z",
    "file": "x" * 2_000_001,
    "state": "LOCKED",
    "retention": 0.5,
    "replayWebhookDeliveries.state": "PENDING",
    "events": [],
    "syncBatch.events": [OFFLINE_EVENT] * 501,
    "scopes": [],
    "JSONObject": {"padding": "x" * 20_000},
    "queue": "nowhere",
    "WorkflowInputInput": [{"name": "not a name", "type": "STRING"}],
    "StepTemplateInput": [],
    "SegmentGroupInput": [],
    "DraftOperation": [],
    "QuestionPoolInput": [{"count": 1}] * 21,
    "InviteeBy": {"handle": "not a handle"},
    "TopicPlaceInput": {"path": ">"},
    "GenerateQuizSource": {"text": "\a" * 50},
    "explainAnswer.slot": 0,
    "QuestionImageInput": [{"media": "media_01K742SG00EC1V4CSM6MV3EE1S", "alt": ""}],
    "MergeChoiceInput": [
        {"key": "a", "field": "TITLE", "choice": choice} for choice in ("KEEP_MINE", "TAKE_THEIRS")
    ],
}
"""A value that has the type of a field and breaks its rule, by the field or by its type."""

RIGHT: dict[str, Any] = {
    "String": "text",
    "EmailAddress": "ada@example.org",
    "URL": "https://example.org/",
    "Int": 1,
    "Float": 1.5,
    "DateTime": "2026-06-01T00:00:00Z",
    "Boolean": True,
    "handle": "ada_l",
    "newPassword": "correct horse battery",
    "password": "correct horse battery",
    "timeZone": "Europe/London",
    "answer": {"truth": True},
    "file": "Is the sky blue? {T}",
    "key": "content_imports",
    "queue": "maintenance",
    "StepTemplateInput": {"key": "a", "kind": "settle_xp"},
    "SegmentGroupInput": {"conditions": [{"role": "LEARNER"}]},
    "body": "<mj-section><mj-column><mj-text>text</mj-text></mj-column></mj-section>",
    **dict.fromkeys(["addThreadContent.body", "updateThreadContent.body"], "text"),
    "DraftOperation": {"removeNode": {"key": "a"}},
    "OfflineEventInput": OFFLINE_EVENT,
    "slug": "a-slug",
    "retention": 0.8,
    "QuestionPoolInput": {"count": 1},
    "createQuestion.key": {"truth": True},
    "InviteeBy": {"handle": "ada_l"},
    "TopicPlaceInput": {"path": "Python"},
    "GenerateQuizSource": {"text": "A text that is long enough for a quiz of one question."},
    "MergeChoiceInput": {"field": "TITLE", "choice": "KEEP_MINE"},
}
PREFIXES = {
    "id": {
        "cancelJob": "job",
        **dict.fromkeys(["editTopic", "setTopicExplored", "removeTopic"], "topic"),
        **dict.fromkeys(
            [f"{verb}TopicChain" for verb in ("rename", "delete", "share", "unshare")], "topicchain"
        ),
        **dict.fromkeys(["updateChat", "archiveChat", "unarchiveChat", "deleteChat"], "chat"),
        "removeBookmark": "bookmark",
        "removeNote": "note",
        "withdrawReport": "report",
        "updateQuestion": "question",
        "revokeApiKey": "apikey",
        "revokeSession": "session",
        **dict.fromkeys(["pauseWorkflow", "resumeWorkflow", "cancelWorkflow"], "workflow"),
        **dict.fromkeys(["updateEmailTemplate", "deleteEmailTemplate"], "emailtemplate"),
        **dict.fromkeys(["updateSegment", "deleteSegment"], "segment"),
        **dict.fromkeys(
            [name for name in INPUTS if name.endswith("Campaign") and name != "createCampaign"], "campaign"
        ),
        **dict.fromkeys(["retryWorkflowStep", "skipWorkflowStep"], "workflow"),
        **dict.fromkeys(["updateWebhookEndpoint", "rotateWebhookSecret"], "webhook"),
        **dict.fromkeys(["deleteWebhookEndpoint", "sendTestWebhook"], "webhook"),
        "replayWebhookDelivery": "delivery",
    },
    "contentId": "threadcontent",
    "messageId": "chatmessage",
    "parentId": "topic",
    "chainId": "topicchain",
    "target": "question",
    "endpointId": "webhook",
    "ids": "job",
    "reportIds": "report",
    "targetId": "quiz",
    "nodeId": "node",
    "userIds": "user",
    "draftId": "quizdraft",
    "questionIds": "question",
    "templateId": "emailtemplate",
    "versionId": "roadmapversion",
    "upstreamVersionId": "roadmapversion",
    "sessionId": {
        "revokeSession": "session",
        **dict.fromkeys(["nextStudyQuestion", "answerStudyQuestion", "endStudySession"], "study"),
    },
    "entryId": "xp",
}


def right(mutation: str, name: str, type_: Any) -> Any:
    """Return a value that breaks no rule of its field; nothing has the ids."""
    named = get_named_type(type_)
    if named.name == "ID":
        prefix: Any = PREFIXES.get(name, name.removesuffix("Id").lower())
        return mint(prefix.get(mutation, "goal") if isinstance(prefix, dict) else prefix)
    value = RIGHT.get(f"{mutation}.{name}", RIGHT.get(name, RIGHT.get(named.name)))
    if value is None:
        value = next(iter(named.values))
    return [value] if isinstance(get_nullable_type(type_), GraphQLList) else value


def judged(mutation: str) -> list[str]:
    """Return the fields of a mutation's input that have a rule."""
    return [f for f in INPUTS[mutation].fields if not {f, f"{mutation}.{f}"} & COMPARED.keys()]


def given(mutation: str, wrong: tuple[str, ...] | list[str]) -> dict[str, Any]:
    """Return an input with some wrong fields; of the others those that have to be sent."""
    sent = {}
    for name, field in INPUTS[mutation].fields.items():
        if name in wrong:
            of_type = WRONG.get(get_named_type(field.type).name)
            sent[name] = WRONG.get(f"{mutation}.{name}", WRONG.get(name, of_type))
        elif is_required_input_field(field):
            sent[name] = right(mutation, name, field.type)
    return sent


@pytest.fixture
async def told(ask: Asker) -> Any:
    """Runs a mutation as a user with every role, and returns the entries that its refusal has."""
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR, Role.MODERATOR, Role.ADMIN])

    async def run(mutation: str, sent: dict[str, Any]) -> list[dict[str, Any]]:
        text = (
            f"mutation ($input: {INPUTS[mutation].name}!) {{ {mutation}(input: $input) "
            "{ userErrors { __typename ... on UserError { code field message } } } }"
        )
        data = await ask.data(text, viewer, input=sent)
        entries: list[dict[str, Any]] = data[mutation]["userErrors"]
        return entries

    return run


@pytest.mark.parametrize("mutation", [name for name in INPUTS if judged(name)])
async def test_every_wrong_field_has_an_entry(ask: Asker, told: Any, mutation: str) -> None:
    fields = judged(mutation)
    choices = [fields, *([list(pair) for pair in combinations(fields, 2)] if len(fields) > 2 else [])]

    for wrong in choices:
        sent = given(mutation, wrong)
        entries = await told(mutation, sent)

        at_fault = [re.split(r"[.\[]", entry["field"])[0] for entry in entries]
        assert set(wrong) <= set(at_fault), (wrong, entries)
        assert len({(entry["field"], entry["message"]) for entry in entries}) == len(entries), entries
        assert all(entry["message"] and entry["code"] for entry in entries)
        if "nonsense" in sent.values():
            assert ask.statements == 0, "a malformed id reaches no store"


@pytest.mark.parametrize(("mutation", "field"), FIELDS)
def test_every_field_is_judged_or_says_why_not(mutation: str, field: str) -> None:
    kind = get_named_type(INPUTS[mutation].fields[field].type).name

    assert field in WRONG or kind in WRONG or {field, f"{mutation}.{field}"} & COMPARED.keys()


@pytest.mark.parametrize("mutation", SCHEMA.mutation_type.fields)
def test_no_mutation_returns_nothing_without_a_refusal(mutation: str) -> None:
    assert SCHEMA.mutation_type is not None
    declared = declaration_of(SCHEMA.mutation_type.fields[mutation])

    assert declared is not None
    assert declared.function is not None
    returned = get_type_hints(declared.function)["return"]
    assert returned is not type(None)
    assert type(None) not in get_args(returned)


@pytest.mark.parametrize(
    ("mutation", "cleared"),
    [
        ("updateProfile", ["displayName", "bio", "timeZone", "dayStartHour"]),
        ("updatePrivacy", ["avatarUrl", "bio", "joinedAt", "onBoards"]),
        ("updateEmailPreferences", ["weeklyDigest", "clickCounting", "marketing"]),
    ],
)
async def test_every_field_that_must_not_be_cleared_has_an_entry(
    told: Any, mutation: str, cleared: list[str]
) -> None:
    entries = await told(mutation, dict.fromkeys(cleared))

    assert {entry["field"] for entry in entries} == set(cleared)
