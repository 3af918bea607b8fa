"""Ownership: for each mutation that takes an id of owned content, a stranger and any API key learn and change nothing."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from domain.accounts.scopes import Scope
from domain.accounts.users import Role, Viewer
from domain.ids import SessionId
from domain.unit_of_work import Meter
from graph.schema import executable
from tests.builders import mint
from tests.builders.roadmaps import a_file, a_node
from tests.builders.sessions import a_session
from tests.support.bookmarks import save_bookmark
from tests.support.chat_scenes import chats_of_size
from tests.support.clients.quizzes import create_quiz
from tests.support.clients.roadmaps import enrol, import_file, import_quizzes, publish_file
from tests.support.collaboration_scenes import collaborators_of, evidence_on_a_roadmap_of
from tests.support.generation_scenes import a_generation
from tests.support.quality_scenes import store_report
from tests.support.reviews import a_card
from tests.support.schema_client import START, Asker
from tests.support.study import first_session
from tests.support.thread_scenes import a_content
from tests.support.topic_scenes import chains_of_size

ID = "ID"
NEW_KEY = "new key"
OPEN_TO_ALL = {
    "enrol": "all learners enrol in roadmaps of others",
    "cancelJob": "learners cancel their own, as tests/graph/jobs shows; keys reach none",
    "discardJobs": "operators change any job; keys reach none",
    "retryJobs": "operators change any job; keys reach none",
    "liftSuppression": "operators change any suppression; keys reach none",
    "cancelWorkflow": "operators change any workflow; keys reach none",
    "pauseWorkflow": "operators change any workflow; keys reach none",
    "resumeWorkflow": "operators change any workflow; keys reach none",
    "retryWorkflowStep": "operators change any workflow; keys reach none",
    "skipWorkflowStep": "operators change any workflow; keys reach none",
    "deleteWebhookEndpoint": "admins change any endpoint; keys reach none",
    "replayWebhookDeliveries": "operators replay any delivery; keys reach none",
    "replayWebhookDelivery": "operators replay any delivery; keys reach none",
    "rotateWebhookSecret": "admins change any endpoint; keys reach none",
    "sendTestWebhook": "operators test any endpoint; keys reach none",
    "updateWebhookEndpoint": "admins and operators change any endpoint; keys reach none",
    "cancelCampaign": "operators change any campaign; keys reach none",
    "pauseCampaign": "operators change any campaign; keys reach none",
    "resumeCampaign": "operators change any campaign; keys reach none",
    "createCampaign": "operators change any campaign; keys reach none",
    "updateCampaign": "operators change any campaign; keys reach none",
    "deleteEmailTemplate": "operators change any campaign; keys reach none",
    "updateEmailTemplate": "operators change any campaign; keys reach none",
    "deleteSegment": "operators change any campaign; keys reach none",
    "updateSegment": "operators change any campaign; keys reach none",
    "scheduleCampaign": "operators send any campaign, and their keys with SEND_MAIL",
    "unscheduleCampaign": "operators change any campaign; keys reach none",
    "sendCampaign": "operators send any campaign, and their keys with SEND_MAIL",
    "sendTestCampaign": "operators send any campaign, and their keys with SEND_MAIL",
    "addImage": "an upload of another author is refused, as tests/graph/authoring shows",
    "importQuestions": "an upload of another author is refused, as tests/graph/imports shows",
    "importRoadmap": "an upload of another author is refused, as tests/graph/imports shows",
    "rateGeneratedContent": "all learners rate what they were asked",
    "startStudySession": "all learners study questions of others",
    "startQuizAttempt": "all learners take quizzes of others",
    "leaveSharedThread": "readers leave threads of others, as tests/graph/threads shows",
    "dismissReports": "moderators decide about any report; keys reach none",
    "resolveReport": "moderators decide about any report; keys reach none",
    "restoreUser": "admins change any user; keys reach none",
    "reverseXp": "moderators judge the XP of any learner; keys reach none",
    "setFeatureFlag": "operators name any user; keys reach none",
    "setRoles": "admins change any user; keys reach none",
    "settlePendingXp": "moderators judge the XP of any learner; keys reach none",
    "setTimeMultiplier": "moderators set the time of any learner; keys reach none",
    "suspendUser": "admins change any user; keys reach none",
}
"""Mutations whose ids are not those of the caller's own content, with the reason."""
OWNED: dict[str, dict[str, Any]] = {
    "abandonQuizAttempt": {"attemptId": "attempt"},
    "answerQuestion": {"attemptId": "attempt", "slot": 1, "answer": {"truth": True}, "clientSeq": 1},
    "answerStudyQuestion": {"sessionId": "study", "slot": 1, "clientId": "mine"},
    "endStudySession": {"sessionId": "study"},
    "nextStudyQuestion": {"sessionId": "study"},
    "addTopic": {"parentId": "base_topic", "name": "Mine"},
    "editTopic": {"id": "topic", "name": "Mine"},
    "setTopicExplored": {"id": "topic", "isExplored": True},
    "removeTopic": {"id": "removed_topic"},
    "renameTopicChain": {"id": "chain", "title": "Mine"},
    "shareTopicChain": {"id": "chain"},
    "unshareTopicChain": {"id": "chain"},
    "createRoadmapFromTopics": {"chainId": "chain", "slug": "of-topics", "idempotencyKey": NEW_KEY},
    "deleteTopicChain": {"id": "chain"},
    "askExploreChat": {"chatId": "chat", "question": "Mine?", "idempotencyKey": NEW_KEY},
    "retryChatAnswer": {"messageId": "chat_message", "idempotencyKey": NEW_KEY},
    "cancelChatAnswer": {"messageId": "chat_message"},
    "updateChat": {"id": "chat", "title": "Mine"},
    "archiveChat": {"id": "chat"},
    "unarchiveChat": {"id": "chat"},
    "deleteChat": {"id": "chat"},
    "archiveRoadmap": {"roadmapId": "draft"},
    "acceptInvitation": {"collaboratorId": "invitation"},
    "changeRoadmapVisibility": {"roadmapId": "draft", "visibility": "PRIVATE"},
    "createShareLink": {"roadmapId": "draft"},
    "createGoalFromTemplate": {
        "template": "finish-roadmap",
        "roadmapId": "draft",
        "idempotencyKey": NEW_KEY,
    },
    "createGoal": {"kind": "ROADMAP", "title": "Mine", "roadmapId": "draft", "idempotencyKey": NEW_KEY},
    "deleteGoal": {"id": "goal"},
    "editRoadmapDraft": {
        "versionId": "draft_version",
        "revision": 1,
        "operations": [{"changeNode": {"key": "knots", "title": "Mine"}}],
    },
    "flagSlot": {"attemptId": "attempt", "slot": 1, "flagged": True},
    "forkRoadmap": {"roadmapId": "draft", "idempotencyKey": NEW_KEY},
    "inviteCollaborator": {
        "roadmapId": "draft",
        "invitee": {"email": "nobody@example.org"},
        "role": "REVIEWER",
    },
    "leaveCollaboration": {"collaboratorId": "invitation"},
    "exportQuiz": {"quizId": "quiz", "format": "GIFT"},
    "exportRoadmap": {"roadmapId": "draft"},
    "extendGoal": {"id": "goal", "version": 1, "deadline": "2027-01-01T00:00:00Z"},
    "migrateEnrolment": {"enrolmentId": "enrolment", "versionId": "published_version"},
    "publishRoadmap": {"roadmapId": "draft"},
    "pullUpstream": {
        "versionId": "draft_version",
        "revision": 1,
        "upstreamVersionId": "published_version",
    },
    "removeCollaborator": {"collaboratorId": "collaborator"},
    "reviewEvidence": {"evidenceId": "evidence", "verdict": "ACCEPT"},
    "addReviewCard": {"targetId": "question"},
    "reviewCard": {"cardId": "card", "clientId": "c", "rating": "GOOD"},
    "undoReview": {"cardId": "card", "clientId": "c"},
    "suspendCard": {"cardId": "card"},
    "resumeCard": {"cardId": "card"},
    "buryCard": {"cardId": "card"},
    "removeBookmark": {"id": "bookmark"},
    "removeNote": {"id": "note"},
    "archiveThread": {"threadId": "thread"},
    "deleteThread": {"threadId": "thread"},
    "updateThread": {"threadId": "thread", "version": 2, "title": "Mine"},
    "addThreadContent": {"threadId": "thread", "version": 2, "title": "Mine", "body": ""},
    "updateThreadContent": {"contentId": "content", "version": 2, "title": "Mine"},
    "moveThreadContent": {"contentId": "content", "version": 2, "position": 0},
    "removeThreadContent": {"contentId": "content", "version": 2},
    "generateThreadContents": {"threadId": "thread", "topic": "Mine", "count": 1},
    "exploreThreadContent": {"contentId": "content", "idempotencyKey": NEW_KEY},
    "createThreadLink": {"threadId": "thread"},
    "revokeThreadLink": {"threadId": "thread"},
    "shareThreadWith": {"threadId": "thread", "handle": "ada_l"},
    "unshareThreadWith": {"threadId": "thread", "handle": "ada_l"},
    "markQuestionReviewed": {"questionId": "question"},
    "explainAnswer": {"attemptId": "attempt", "slot": 1, "idempotencyKey": NEW_KEY},
    "regeneratePart": {
        "generationId": "generation",
        "part": "knots",
        "version": 1,
        "idempotencyKey": NEW_KEY,
    },
    "regradeQuestion": {"questionId": "question"},
    "reportQuestion": {"questionId": "question", "kind": "TYPO"},
    "resumeQuestion": {"questionId": "question"},
    "suspendQuestion": {"questionId": "question", "reason": "Mine."},
    "withdrawReport": {"id": "report"},
    "restoreQuiz": {"quizId": "quiz"},
    "restoreRoadmap": {"roadmapId": "draft"},
    "revokeApiKey": {"id": "api_key"},
    "revokeShareLink": {"roadmapId": "draft"},
    "revokeSession": {"sessionId": "session"},
    "saveBookmark": {"targetId": "draft", "tags": ["mine"]},
    "saveNote": {"targetId": "draft", "text": "Mine."},
    "setNodeState": {"enrolmentId": "enrolment", "nodeId": "node", "state": "DONE"},
    "startRoadmapDraft": {"roadmapId": "draft"},
    "submitEvidence": {"enrolmentId": "enrolment", "nodeId": "node", "text": "Mine."},
    "submitQuizAttempt": {"attemptId": "attempt", "idempotencyKey": NEW_KEY},
    "transitionGoal": {"id": "goal", "version": 1, "to": "PAUSED", "idempotencyKey": NEW_KEY},
    "issueCertificate": {"enrolmentId": "enrolment", "name": "Mine"},
    "printDocument": {"targetId": "draft", "format": "PDF"},
    "unenrol": {"enrolmentId": "enrolment"},
    "updateGoal": {"id": "goal", "version": 1, "title": "Mine"},
    "updateQuestion": {"id": "question", "version": 1, "prompt": "Mine?"},
    "archiveQuiz": {"quizId": "quiz"},
    "startQuizDraft": {"quizId": "quiz"},
    "editQuizDraft": {"draftId": "quiz_draft", "version": 1, "title": "Mine"},
    "publishQuiz": {"draftId": "quiz_draft", "version": 2},
    "discardQuizDraft": {"draftId": "quiz_draft", "version": 2},
}
"""An input of each other mutation; a text that names something of the world stands for its id."""
PUBLIC = {"quiz", "published"}
"""Things that strangers see, so that they are told FORBIDDEN and not NOT_FOUND."""
FORBIDDEN = "FORBIDDEN"


@dataclass
class World:
    """The owner, and the ids of what they own, by name."""

    owner: Viewer
    ids: dict[str, str]


def mutations_with_ids() -> set[str]:
    """Return the mutations of the SDL whose input has an id."""
    found = set()
    for name, field in executable().mutation_type.fields.items():
        given = [get_named_type(argument.type) for argument in field.args.values()]
        inputs = [input_ for input_ in given if isinstance(input_, GraphQLInputObjectType)]
        if any(get_named_type(f.type).name == ID for input_ in inputs for f in input_.fields.values()):
            found.add(name)
    return found


@pytest.fixture
async def world(ask: Asker) -> World:
    _, owner = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    await import_quizzes(ask, owner, "tides")
    draft = await import_file(ask, owner, a_file(a_node("knots"), slug="draft"))
    published = await publish_file(ask, owner, a_file(a_node("knots")), key="published")
    found = await ask.data("""{ quiz(by: {slug: "tides"}) { id } }""")
    enrolment = await enrol(ask, owner, published)
    study_id = await first_session(ask, owner)
    chat_id = await chats_of_size(ask, owner, 1)
    topics = await chains_of_size(ask, owner, 1)
    chats = await ask.data("{ viewer { chats { nodes { messages { nodes { id } } } } } }", owner)
    (chat_message,) = chats["viewer"]["chats"]["nodes"][0]["messages"]["nodes"]
    given = {"input": {"quizId": found["quiz"]["id"], "idempotencyKey": "k"}}
    document = (
        "mutation ($input: StartQuizAttemptInput!) { startQuizAttempt(input: $input) { attempt { id } } }"
    )
    attempt = await ask.data(document, owner, **given)
    document = 'mutation { createGoal(input: {title: "Sail", idempotencyKey: "k"}) { goal { id } } }'
    goal = await ask.data(document, owner)
    nodes = await ask.data(
        "query ($id: ID!) { roadmap(by: {id: $id}) { currentVersion { id nodes { id } } } }", id=published
    )
    key = await ask.data(
        'mutation { createApiKey(input: {name: "k", scopes: [READ_PROFILE], '
        'expiresAt: "2026-05-01T00:00:00Z"}) { apiKey { id } } }',
        owner,
    )
    evidence_id = await evidence_on_a_roadmap_of(ask, owner)
    collaborator_id, invitation_id = await collaborators_of(ask, owner, draft["roadmap"]["id"])
    quiz_draft = await create_quiz(ask, owner, "written", examType="exam")
    content = await ask.data("{ myContent(type: QUESTION) { nodes { question { id } } } }", owner)
    saved = await save_bookmark(ask, owner, published, note="Mine.")
    question_id = content["myContent"]["nodes"][0]["question"]["id"]
    card_id = await a_card(ask, owner, question_id)
    report_id = await store_report(ask, question_id, owner.user_id)
    thread_id, content_id = await a_content(ask, owner)
    reader, _ = await ask.learner(handle="ada_l")
    given = {"input": {"threadId": thread_id, "handle": reader.handle}}
    document = "mutation ($input: ShareThreadWithInput!) { shareThreadWith(input: $input) { thread { id } } }"
    await ask.data(document, owner, **given)
    session = a_session(owner.user_id, expires_at=START.replace(year=2027))
    async with ask.postgres.open_work(Meter()) as work:
        await work.sessions.add(session, token_hash=mint("hash"))
    return World(
        owner,
        {
            "draft": draft["roadmap"]["id"],
            "draft_version": draft["version"]["id"],
            "published": published,
            "quiz": found["quiz"]["id"],
            "question": question_id,
            "report": report_id,
            "generation": await a_generation(ask, owner),
            "quiz_draft": quiz_draft["id"],
            "enrolment": enrolment["enrolment"]["id"],
            "published_version": nodes["roadmap"]["currentVersion"]["id"],
            "node": nodes["roadmap"]["currentVersion"]["nodes"][0]["id"],
            "attempt": attempt["startQuizAttempt"]["attempt"]["id"],
            "study": study_id,
            "chat": chat_id,
            "chain": topics["chain"],
            "base_topic": topics["base"],
            "topic": topics["topic"],
            "removed_topic": topics["removed"],
            "chat_message": chat_message["id"],
            "goal": goal["createGoal"]["goal"]["id"],
            "bookmark": saved["id"],
            "note": saved["note"]["id"],
            "thread": thread_id,
            "content": content_id,
            "card": card_id,
            "api_key": key["createApiKey"]["apiKey"]["id"],
            "session": session.id,
            "evidence": evidence_id,
            "collaborator": collaborator_id,
            "invitation": invitation_id,
        },
    )


async def strangers(ask: Asker) -> dict[str, Viewer]:
    """Return callers who own nothing of the world: a person, and keys with every scope."""
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    _, admin = await ask.learner(roles=[Role.LEARNER, Role.ADMIN])
    scopes = frozenset(Scope)
    return {
        "an author": author,
        "the key of an author": replace(author, scopes=scopes, session_id=SessionId(mint("key"))),
        "the key of an admin": replace(admin, scopes=scopes, session_id=SessionId(mint("key"))),
    }


async def answered(
    ask: Asker, caller: Viewer, mutation: str, given: dict[str, Any], ids: dict[str, str]
) -> list[tuple[str, str | None, str]]:
    """Return code, field and message of each refusal; an empty list means that the mutation was carried out."""
    title = mutation[0].upper() + mutation[1:]
    document = (
        f"mutation ($input: {title}Input!) {{ {mutation}(input: $input) "
        "{ userErrors { ... on UserError { code field message } } } }"
    )
    sent = {name: ids.get(value, value) if isinstance(value, str) else value for name, value in given.items()}
    sent = {name: mint("key") if value == NEW_KEY else value for name, value in sent.items()}
    response = await ask(document, caller, input=sent)
    assert ask.defects == []
    if "errors" in response:
        return [(e["extensions"]["code"], None, e["message"]) for e in response["errors"]]
    refusals = response["data"][mutation]["userErrors"]
    return [(error["code"], error["field"], error["message"]) for error in refusals]


def test_every_mutation_that_takes_an_id_is_asked() -> None:
    assert set(OWNED) | set(OPEN_TO_ALL) == mutations_with_ids()
    assert not set(OWNED) & set(OPEN_TO_ALL)


async def test_what_belongs_to_another_is_refused_like_what_does_not_exist(ask: Asker, world: World) -> None:
    missing = {
        name: f"{id_.partition('_')[0]}_{mint('x').partition('_')[2]}" for name, id_ in world.ids.items()
    }
    for_missing = {}

    for mutation, given in OWNED.items():
        is_public = any(value in PUBLIC for value in given.values() if isinstance(value, str))
        for who, stranger in (await strangers(ask)).items():
            theirs = await answered(ask, stranger, mutation, given, world.ids)
            for_missing[mutation] = await answered(ask, stranger, mutation, given, missing)
            if is_public:
                assert [code for code, _, _ in theirs] == [FORBIDDEN], (mutation, who)
            else:
                assert theirs == for_missing[mutation] != [], (mutation, who)

    for mutation in sorted(OWNED, key=lambda name: name.startswith(("delete", "unenrol"))):
        own = await answered(ask, world.owner, mutation, OWNED[mutation], world.ids)
        refused = {code for code, _, _ in [*for_missing[mutation], (FORBIDDEN, None, "")]}
        assert not {code for code, _, _ in own} & refused, (mutation, own)


async def test_a_published_roadmap_of_another_is_forbidden_and_stays(ask: Asker, world: World) -> None:
    given = {"roadmapId": "published"}

    for mutation in (
        "archiveRoadmap",
        "createShareLink",
        "publishRoadmap",
        "restoreRoadmap",
        "revokeShareLink",
        "startRoadmapDraft",
    ):
        for who, stranger in (await strangers(ask)).items():
            refusals = await answered(ask, stranger, mutation, given, world.ids)
            assert [(code, field) for code, field, _ in refusals] == [(FORBIDDEN, "roadmapId")], (
                mutation,
                who,
            )

    document = "query ($id: ID!) { roadmap(by: {id: $id}) { currentVersion { state } } }"
    found = await ask.data(document, id=world.ids["published"])
    assert found["roadmap"]["currentVersion"] == {"state": "PUBLISHED"}


async def test_an_admin_in_person_changes_content_of_others(ask: Asker, world: World) -> None:
    _, admin = await ask.learner(roles=[Role.LEARNER, Role.ADMIN])

    for mutation in ("archiveRoadmap", "restoreRoadmap", "archiveQuiz", "restoreQuiz"):
        given = {"quizId": "quiz"} if mutation.endswith("Quiz") else {"roadmapId": "published"}
        assert await answered(ask, admin, mutation, given, world.ids) == [], mutation


async def test_a_key_changes_the_content_of_its_owner(ask: Asker, world: World) -> None:
    key = replace(world.owner, scopes=frozenset({Scope.IMPORT_CONTENT}))

    for mutation, given in (
        ("archiveRoadmap", {"roadmapId": "published"}),
        ("restoreRoadmap", {"roadmapId": "published"}),
        ("publishRoadmap", {"roadmapId": "draft"}),
        ("archiveQuiz", {"quizId": "quiz"}),
    ):
        assert await answered(ask, key, mutation, given, world.ids) == []
