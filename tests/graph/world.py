"""World: test data of a given size, made through the schema, with n items in every list that can grow."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from domain.accounts import audit
from domain.accounts.api_keys import MOST_KEYS
from domain.accounts.audit import AuditAction
from domain.accounts.users import Role, Viewer
from domain.analytics import learner_analytics
from domain.assessment.time_allowances import TimeAllowance
from domain.bookmarks.bookmarks import MOST_TAGS
from domain.documents.field_usage import FieldCount
from domain.gamification import leaderboard_projection, xp
from domain.gamification.xp import Award, XpReason, XpStatus
from domain.jobs import job_starts
from domain.jobs.job_starts import JobRequest
from domain.learning.daily_targets import DailyKind, TargetChange, TargetDay
from domain.unit_of_work import Meter
from domain.workflows import template_saves, workflow_starts
from domain.workflows.template_checks import MOST_INPUTS
from domain.workflows.templates import WorkflowInputType
from domain.workflows.workflow_starts import WorkflowRequest
from tests.builders import mint
from tests.builders.accounts import an_api_key
from tests.builders.acts import an_act
from tests.builders.analytics import count, facts
from tests.builders.jobs import CountArguments, a_kind, a_worker
from tests.builders.sessions import a_session
from tests.builders.workflows import a_step, a_template, a_vocabulary, an_input
from tests.graph.attempt_lists import others_choose_every_option
from tests.graph.world_files import a_question_file, a_roadmap_file
from tests.support.ai_calls import called_often
from tests.support.bookmarks import node_ids, save_bookmark
from tests.support.campaign_scenes import campaigns_of_size
from tests.support.chat_scenes import chats_of_size
from tests.support.collaboration_scenes import collaborations_of_size
from tests.support.document_scenes import documents_of_size
from tests.support.generation_scenes import generations_of_size
from tests.support.quality_scenes import quality_of_size
from tests.support.quiz_scenes import a_draft_of_size
from tests.support.reviews import reviews_of_size
from tests.support.schema_client import Asker
from tests.support.study import sessions_of_size
from tests.support.suppressions import suppressed_by_hand
from tests.support.thread_scenes import threads_of_size
from tests.support.topic_scenes import chains_of_size
from tests.support.upload_scenes import uploads_of_size
from tests.support.webhooks import add_deliveries

IMPORT_ROADMAP = """mutation ($input: ImportRoadmapInput!) {
  importRoadmap(input: $input) { roadmap { id } report { accepted refused { reason } } userErrors { ... on UserError { message } } }
}"""
PUBLISH = """mutation ($input: PublishRoadmapInput!) {
  publishRoadmap(input: $input) { userErrors { ... on UserError { message } } }
}"""
IMPORT_QUESTIONS = """mutation ($input: ImportQuestionsInput!) {
  importQuestions(input: $input) { report { accepted refused { reason } } userErrors { ... on UserError { message } } }
}"""
SLOTS = """query ($id: ID!) { attempt(id: $id) { slots { number question {
  kind ... on SingleChoice { options { id } } ... on MultipleChoice { options { id } }
  ... on Matching { options { id } } ... on Ordering { options { id } } ... on Cloze { blanks { number options { id } } }
} } } }"""
ANSWERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "TRUE_FALSE": lambda _: {"truth": False},
    "SINGLE_CHOICE": lambda asked: {"options": [asked["options"][0]["id"]]},
    "MULTIPLE_CHOICE": lambda asked: {"options": [option["id"] for option in asked["options"]]},
    "SHORT_TEXT": lambda _: {"text": "answer 0"},
    "NUMERIC": lambda _: {"number": "0"},
    "MATCHING": lambda asked: {
        "pairs": [{"prompt": n, "option": o["id"]} for n, o in enumerate(asked["options"], start=1)]
    },
    "ORDERING": lambda asked: {"order": [option["id"] for option in asked["options"]]},
    "CLOZE": lambda asked: {
        "blanks": [
            {"number": blank["number"]}
            | ({"option": blank["options"][0]["id"]} if blank["options"] else {"text": "0"})
            for blank in asked["blanks"]
        ]
    },
}
MOST_DETAILS = 20
"""How many parts of a difference an entry of the audit log shows."""
ANSWER = """mutation ($input: AnswerQuestionInput!) {
  answerQuestion(input: $input) { userErrors { ... on UserError { message } } }
}"""


@dataclass
class World:
    """The viewer of the test data, the arguments that find its large objects, and its large roadmap."""

    viewer: Viewer
    arguments: dict[str, str]
    roadmap_id: str


async def world_of(ask: Asker, size: int) -> World:
    """Make `size` objects of every kind; the viewer is a learner, an author and an admin, and owns them."""
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR, Role.ADMIN])
    await suppressed_by_hand(ask, viewer, size)
    await called_often(ask, viewer, size)
    await _add_workflows(ask, size)
    await _add_sessions(ask, viewer, size)
    await _add_board_entries(ask, viewer, size)
    for edition in range(1, size):
        await _published(ask, viewer, a_roadmap_file(0, 1, edition=edition))
    roadmap_ids: list[str] = []
    for number in range(size):
        await _import(ask, viewer, IMPORT_QUESTIONS, "importQuestions", a_question_file(number, size))
        roadmap_id = await _published(ask, viewer, a_roadmap_file(number, size + 1 if number == 0 else 1))
        roadmap_ids.append(roadmap_id)
        await _do(ask, viewer, "enrol", "EnrolInput", roadmapId=roadmap_id)
    await campaigns_of_size(ask, viewer, size)
    await _add_weak_domains(ask, viewer, size)
    await uploads_of_size(ask, viewer, size, slug="quiz-0")
    goals = [
        await _do(ask, viewer, "createGoal", "CreateGoalInput", "goal { id }", title=f"Goal {number}")
        for number in range(size)
    ]
    await _reach_targets(ask, viewer, size)
    await _pause_and_go_on(ask, viewer, goals[0]["goal"]["id"], size)
    attempt_id = ""
    for number in reversed(range(size)):
        attempt_id = await _take_quiz(ask, viewer, f"quiz-{number}")
    await others_choose_every_option(ask, attempt_id)
    study_id = await sessions_of_size(ask, viewer, size)
    chat_id = await chats_of_size(ask, viewer, size)
    topics = await chains_of_size(ask, viewer, size)
    await add_deliveries(ask, size)
    await _add_jobs(ask, viewer, size)
    await collaborations_of_size(ask, viewer, roadmap_ids, size)
    await a_draft_of_size(ask, viewer, 1)
    await _add_bookmarks(ask, viewer, roadmap_ids[0], size)
    await reviews_of_size(ask, viewer, size)
    thread_id = await threads_of_size(ask, viewer, size)
    await _add_audit_entries(ask, viewer, size)
    await quality_of_size(ask, viewer, size)
    await generations_of_size(ask, viewer, size)
    code = await documents_of_size(ask, viewer, size)
    return World(
        viewer,
        {
            "Query.roadmap": '(by: {slug: "roadmap-0"})',
            "Query.quiz": '(by: {slug: "quiz-0"})',
            "Query.quizPreview": f'(draftId: "{mint("quizdraft")}")',
            "Query.webhookEndpoint": f'(id: "{mint("webhook")}")',
            "Query.certificate": f'(code: "{code}")',
            "Query.attempt": f'(id: "{attempt_id}")',
            "Query.thread": f'(id: "{thread_id}")',
            "Query.studySession": f'(id: "{study_id}")',
            "Query.chat": f'(id: "{chat_id}")',
            "Query.topicChain": f'(publicId: "{topics["public"]}")',
            "Query.myContent": "(type: QUESTION, last: 100)",
            "Query.search": '(query: "node", types: [NODE], first: 100)',
            "Query.goal": f'(id: "{goals[0]["goal"]["id"]}")',
            "Query.user": f'(by: {{id: "{viewer.user_id}"}})',
            "Query.node": f'(id: "{viewer.user_id}")',
            "Query.nodes": f"(ids: {json.dumps([goal['goal']['id'] for goal in goals])})",
            "Streak.calendar": '(from: "2026-03-01", to: "2026-03-%02d")' % {1: 1, 10: 10}.get(size, 31),
            "Analytics.explore": f"(period: { ({1: 'D7', 10: 'D30'}.get(size, 'D90')) })",
            "Analytics.performance": f"(period: { ({1: 'D7', 10: 'D30'}.get(size, 'D90')) })",
            "Leaderboard.around": "(n: 25)",
            "Viewer.activity": "(kinds: [CHAT_STARTED], first: 100)",  # the objects cost a statement for each kind
        },
        roadmap_ids[0],
    )


async def _published(ask: Asker, viewer: Viewer, file: str) -> str:
    roadmap = await _import(ask, viewer, IMPORT_ROADMAP, "importRoadmap", file)
    roadmap_id: str = roadmap["roadmap"]["id"]
    published = await ask.data(PUBLISH, viewer, input={"roadmapId": roadmap_id})
    assert published["publishRoadmap"]["userErrors"] == []
    return roadmap_id


async def _add_weak_domains(ask: Asker, viewer: Viewer, size: int) -> None:
    """Let the viewer have answered ten questions wrongly in each of `size` domains."""
    async with ask.postgres.open_work(Meter()) as work:
        exam_types = await work.exam_types.all()
        domains = await work.exam_types.domains_of([each.id for each in exam_types])
        left = size
        for exam_type, parts in zip(exam_types, domains, strict=True):
            counts = [count(part, correct=0, attempts=10) for part in parts[:left]]
            left -= len(counts)
            given = facts(exam_type, ask.clock().date(), domains=counts)
            await learner_analytics.record(work.analytics, replace(given, user_id=viewer.user_id))


async def _reach_targets(ask: Asker, viewer: Viewer, size: int) -> None:
    """Have a target of each kind, and `size` dates on which they were reached."""
    today = ask.clock().date()
    async with ask.postgres.open_work(Meter()) as work:
        for kind in DailyKind:
            change = TargetChange(kind=kind, from_date=today, target=30, removed=False)
            await work.daily_targets.save(viewer.user_id, change)
            for ago in range(1, size + 1):
                day = TargetDay(
                    kind=kind,
                    local_date=today - timedelta(days=ago),
                    target=30,
                    reached_at=ask.clock() - timedelta(days=ago),
                    time_zone="UTC",
                )
                await work.daily_targets.reach(viewer.user_id, day)


async def _pause_and_go_on(ask: Asker, viewer: Viewer, goal_id: str, times: int) -> None:
    """Move a goal back and forth, which its history tells."""
    for version in range(1, times + 1):
        to = "ACTIVE" if version % 2 else "PAUSED"
        await _do(ask, viewer, "transitionGoal", "TransitionGoalInput", id=goal_id, version=version, to=to)


async def _add_audit_entries(ask: Asker, viewer: Viewer, size: int) -> None:
    async with ask.postgres.open_work(Meter()) as work:
        for number in range(min(size, MOST_KEYS)):
            await work.api_keys.add(an_api_key(viewer.user_id), key_hash=f"hash {number}")
        apps = [
            FieldCount(
                coordinate=coordinate, client_name=app, client_version="", deprecated=False, requests=1
            )
            for n in range(size)
            for coordinate, app in (("User.handle", f"app-{n}"), (f"User.words{n}", "app"))
        ]
        await work.field_usages.add(apps, now=ask.clock())
        for _ in range(size):
            await audit.record(
                work.audit,
                an_act(actor_id=viewer.user_id, now=ask.clock()),
                AuditAction.PRIVACY_CHANGED,
                target=viewer.user_id,
                difference={f"name{n}": "NOBODY" for n in range(min(size, MOST_DETAILS))},
            )


async def _add_sessions(ask: Asker, viewer: Viewer, size: int) -> None:
    async with ask.postgres.open_work(Meter()) as work:
        for _ in range(size):
            await work.sessions.add(a_session(viewer.user_id), token_hash=mint("hash"))


async def _add_jobs(ask: Asker, viewer: Viewer, size: int) -> None:
    act = an_act(now=ask.clock())
    requests = [JobRequest(arguments=CountArguments(to=n), user_id=viewer.user_id) for n in range(size)]
    async with ask.postgres.open_work(Meter()) as work:
        await job_starts.start_all(work, act, a_kind(), requests)
        for _ in range(size):
            await work.queues.beat(a_worker(now=ask.clock(), queues=[f"queue {n}" for n in range(size)]))


async def _add_bookmarks(ask: Asker, viewer: Viewer, roadmap_id: str, size: int) -> None:
    """Bookmark `size` nodes of a roadmap with a note each, and a quiz with as many tags as it may have."""
    quiz = await ask.data('{ quiz(by: {slug: "quiz-0"}) { id } }')
    tags = [f"tag {n}" for n in range(min(size, MOST_TAGS))]
    for number, node_id in enumerate((await node_ids(ask, roadmap_id))[:size]):
        await save_bookmark(ask, viewer, node_id, tags=[f"Tag of {number}"], note=f"Note {number}.")
    await save_bookmark(ask, viewer, quiz["quiz"]["id"], tags=tags, note="A note.")


async def _add_workflows(ask: Asker, size: int) -> None:
    """Store templates with a step after all others, and workflows of one, none of whose steps has a job."""
    act, vocabulary = an_act(now=ask.clock()), a_vocabulary()
    steps = [a_step(f"s{n}", condition="1 == 2") for n in range(size - 1)]
    steps.append(a_step("last", *(step.key for step in steps), condition="1 == 2"))
    inputs = [an_input(f"i{n}", WorkflowInputType.STRING) for n in range(min(size, MOST_INPUTS))]
    async with ask.postgres.open_work(Meter()) as work:
        for number in range(size):
            template = a_template(*steps, name=f"t{number}", inputs=inputs)
            await template_saves.save(work, act, vocabulary, template)
            asked = WorkflowRequest(template="t0", version=None, inputs={})
            await workflow_starts.start(work, act, vocabulary, asked)


async def _add_board_entries(ask: Asker, viewer: Viewer, size: int) -> None:
    for number, user_id in enumerate([viewer.user_id, *[(await ask.learner())[0].id for _ in range(size)]]):
        award = Award(
            user_id=user_id,
            reason=XpReason.ADJUSTMENT,
            source_type="test",
            source_id=user_id,
            amount=10 + number,
            occurred_at=ask.clock(),
            local_date=date(2026, 3, 2),
            explanation="A gift of the test.",
        )
        withheld = replace(award, source_id=f"withheld of {user_id}", status=XpStatus.PENDING)
        more = TimeAllowance(user_id=user_id, multiplier=1.5, set_by_id=viewer.user_id, set_at=ask.clock())
        async with ask.postgres.open_work(Meter()) as work:
            await xp.award(work.xp, [award, withheld], mint=mint, emit=work.emit)
            await work.time_allowances.store(more)
    async with ask.postgres.open_work(Meter()) as work:
        await leaderboard_projection.project(work.boards_projection, now=ask.clock(), emit=work.emit)


async def _take_quiz(ask: Asker, viewer: Viewer, slug: str) -> str:
    """Answer everything, and all that is true or false wrongly; return the attempt's id."""
    quiz = await ask.data("query ($s: String!) { quiz(by: {slug: $s}) { id } }", viewer, s=slug)
    attempt = await _do(
        ask, viewer, "startQuizAttempt", "StartQuizAttemptInput", "attempt { id }", quizId=quiz["quiz"]["id"]
    )
    attempt_id: str = attempt["attempt"]["id"]
    slots = (await ask.data(SLOTS, viewer, id=attempt_id))["attempt"]["slots"]
    for slot in slots:
        ask.clock.forward(seconds=5)
        answer = ANSWERS[slot["question"]["kind"]](slot["question"])
        sent = {"attemptId": attempt_id, "slot": slot["number"], "answer": answer, "clientSeq": 1}
        data = await ask.data(ANSWER, viewer, input=sent)
        assert data["answerQuestion"]["userErrors"] == []
    await _do(ask, viewer, "submitQuizAttempt", "SubmitQuizAttemptInput", attemptId=attempt_id)
    return attempt_id


async def _import(ask: Asker, viewer: Viewer, text: str, name: str, file: str) -> dict[str, Any]:
    payload: dict[str, Any] = (
        await ask.data(text, viewer, input={"file": file, "idempotencyKey": mint("key")})
    )[name]
    assert payload["userErrors"] == [], payload
    assert payload["report"]["refused"] == [], payload
    return payload


async def _do(
    ask: Asker, viewer: Viewer, name: str, input_type: str, selection: str = "__typename", **values: Any
) -> dict[str, Any]:
    text = (
        f"mutation ($input: {input_type}!) {{ {name}(input: $input) "
        f"{{ {selection} userErrors {{ ... on UserError {{ message }} }} }} }}"
    )
    payload: dict[str, Any] = (await ask.data(text, viewer, input=values | {"idempotencyKey": mint("key")}))[
        name
    ]
    assert payload["userErrors"] == [], payload
    return payload
