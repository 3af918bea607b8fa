"""Enum effects: what each value of an enum does in each place where clients send it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.accounts.scopes import Scope
from domain.accounts.users import Role, Viewer
from domain.content.question_kinds.table import QuestionKind
from domain.ids import SessionId, UserId
from domain.unit_of_work import Meter
from graph.access_matrix import REFUSED as NOT_ALLOWED
from graph.access_matrix import cell
from graph.access_rules import rules_of
from graph.schema import executable
from resolvers.request_info import RequestInfo
from tests.builders import mint
from tests.builders.acts import an_act
from tests.builders.analytics import facts
from tests.builders.roadmaps import a_file, a_node
from tests.support import (
    ai_calls,
    document_scenes,
    fork_effects,
    generation_scenes,
    quality_scenes,
    quiz_scenes,
    upload_scenes,
    webhook_scenes,
)
from tests.support.accounts import ADMINS, NEW_USER, accepted
from tests.support.analytics import an_exam, record_attempts
from tests.support.attempts import a_quiz_taker, a_twin_of
from tests.support.authored_content import an_author_of_everything
from tests.support.authoring_effects import (
    of_added,
    of_changed,
    of_created_visibility,
    of_described_visibility,
    of_group_mode,
)
from tests.support.bookmarks import of_bookmark_type, of_note_type
from tests.support.campaign_scenes import (
    of_campaign_state,
    of_recipient_state,
    of_segment_role,
    of_segment_streak,
)
from tests.support.clients.board_client import board, earn
from tests.support.clients.migrations import enrolment_of
from tests.support.clients.offline import sync_nodes
from tests.support.clients.roadmaps import enrol, publish_file, set_node
from tests.support.exports import of_export_format
from tests.support.flag_scenes import of_flag_role
from tests.support.goals import GOALS, active_goal, create_goal, move_goal
from tests.support.jobs import an_operator, one_in_each_state
from tests.support.progress import REMOVE, set_target, targets_of
from tests.support.question_updates import author_of, update
from tests.support.reviews import of_card_state, of_offline_rating, of_rating
from tests.support.schema_client import START, Asker, viewer_of
from tests.support.search import of_search_types
from tests.support.study import of_study_difficulty
from tests.support.suppressions import of_reason
from tests.support.thread_scenes import of_explored_period, of_logged_kind
from tests.support.workflow_scenes import (
    of_input_type,
    of_own_workflow_state,
    of_wait_for,
    of_workflow_state,
)

SCHEMA = executable()
RULES = rules_of(SCHEMA)
Effect = Callable[[Asker, Sequence[str]], Awaitable[list[Any]]]
"""Returns what each of several values gives."""


async def of_window(ask: Asker, values: Sequence[str]) -> list[Any]:
    user, viewer = await ask.learner()
    await earn(ask, (user, 10))
    ask.clock.forward(days=7)
    return [(await board(ask, viewer, window=value))["entries"] for value in values]


async def of_streamed_window(ask: Asker, values: Sequence[str]) -> list[Any]:
    user, _ = await ask.learner()
    await earn(ask, (user, 10))
    ask.clock.forward(days=7)
    text = """subscription ($w: LeaderboardWindow!) { leaderboardChanged(window: $w) {
      ... on LeaderboardSnapshot { entries { xp } } } }"""
    return [(await anext(await ask.stream(text, w=value)))["data"] for value in values]


async def of_job_state(ask: Asker, values: Sequence[str]) -> list[Any]:
    jobs = await one_in_each_state(ask, (await ask.learner())[0].id)
    viewer = await an_operator(ask)
    text = "query ($s: JobState) { jobs(state: $s) { nodes { id } } }"
    found = [(await ask.data(text, viewer, s=value))["jobs"]["nodes"] for value in values]
    assert found == [[{"id": jobs[value]}] for value in values]
    return found


async def of_own_job_state(ask: Asker, values: Sequence[str]) -> list[Any]:
    user, viewer = await ask.learner()
    await one_in_each_state(ask, user.id)
    text = "query ($s: JobState) { viewer { jobs(state: $s) { nodes { id } } } }"
    return [await ask.data(text, viewer, s=value) for value in values]


async def of_action(ask: Asker, values: Sequence[str]) -> list[Any]:
    admin, viewer = await ask.learner(roles=ADMINS)
    async with ask.postgres.open_work(Meter()) as work:
        for action in AuditAction:
            act = an_act(actor_id=admin.id, now=ask.clock())
            await audit.record(work.audit, act, action, target=f"of {action.value}")
    text = "query ($a: AuditAction) { auditLog(action: $a) { nodes { target } } }"
    return [await ask.data(text, viewer, a=value) for value in values]


async def of_role_filter(ask: Asker, values: Sequence[str]) -> list[Any]:
    _, viewer = await ask.learner(roles=ADMINS)
    for role in Role:
        await ask.learner(roles=[role])
    text = "query ($r: Role) { adminUsers(role: $r) { nodes { user { id } } } }"
    return [await ask.data(text, viewer, r=value) for value in values]


async def of_goal_filter(ask: Asker, values: Sequence[str]) -> list[Any]:
    _, viewer = await ask.learner()
    await create_goal(ask, viewer, title="Draft")
    for state in ("ACTIVE", "PAUSED", "COMPLETED", "ABANDONED"):
        goal = await active_goal(ask, viewer, title=state)
        await move_goal(ask, viewer, goal, state)
    await active_goal(ask, viewer, title="Late", deadline=(ask.clock() + timedelta(hours=1)).isoformat())
    ask.clock.forward(hours=2)
    return [await ask.data(GOALS, viewer, state=value) for value in values]


async def of_attempt_state(ask: Asker, values: Sequence[str]) -> list[Any]:
    taker = await a_quiz_taker(ask)
    await taker.abandon(await taker.start_attempt("abandoned"))
    await taker.submit(await taker.start_attempt("graded"))
    await taker.start_attempt("expired")
    ask.clock.forward(minutes=11)
    withheld = await a_twin_of(taker)
    await taker.start_attempt("open")
    await withheld.submit(await withheld.start_attempt("withheld"), "withheld")
    text = "query ($s: AttemptState) { viewer { attempts(state: $s) { nodes { id state } } } }"
    found = [(await ask.data(text, taker.viewer, s=v))["viewer"]["attempts"]["nodes"] for v in values]
    assert [[attempt["state"] for attempt in page] for page in found] == [[value] for value in values]
    return found


async def of_period(ask: Asker, values: Sequence[str]) -> list[Any]:
    user, viewer = await ask.learner()
    exam, _ = await an_exam(ask, "Security+")
    dates = [START.date() - timedelta(days=days) for days in (0, 20, 60, 200)]
    await record_attempts(ask, user, *(facts(exam, date, "80.0") for date in dates))
    text = "query ($p: Period!) { analytics { performance(period: $p) { summary { totalQuizzes } } } }"
    return [await ask.data(text, viewer, p=value) for value in values]


async def of_registration(ask: Asker, values: Sequence[str]) -> list[Any]:
    return [await _delivered(ask, "register", new_user(), value) for value in values]


async def of_login(ask: Asker, values: Sequence[str]) -> list[Any]:
    new = new_user()
    await _delivered(ask, "register", new, "PAYLOAD")
    known = {name: new[name] for name in ("email", "password")}
    return [await _delivered(ask, "login", known, value) for value in values]


async def _delivered(ask: Asker, mutation: str, given: dict[str, str], by: str) -> Any:
    ask.request_info = RequestInfo(takes_cookies=True)
    kind = f"{mutation.title()}Input"
    text = f"mutation ($input: {kind}!) {{ answer: {mutation}(input: $input) {{ refreshToken }} }}"
    payload = (await ask.data(text, input=given | {"refreshBy": by}))["answer"]
    return payload["refreshToken"] is None, ask.request_info.new_cookie is None


def new_user() -> dict[str, str]:
    handle = mint("u").lower()
    return NEW_USER | {"handle": handle, "email": f"{handle}@example.org"}


async def of_node_state(ask: Asker, values: Sequence[str]) -> list[Any]:
    roadmap_id = await _published(ask)
    found = []
    for value in values:
        _, viewer = await ask.learner()
        await enrol(ask, viewer, roadmap_id)
        await set_node(ask, viewer, roadmap_id, "Knots", "IN_PROGRESS")
        node = (await set_node(ask, viewer, roadmap_id, "Knots", value))["node"]
        found.append(node and node["viewerState"])
    return found


async def of_offline_state(ask: Asker, values: Sequence[str]) -> list[Any]:
    roadmap_id = await _published(ask)
    found = []
    for value in values:
        _, viewer = await ask.learner()
        await enrol(ask, viewer, roadmap_id)
        await set_node(ask, viewer, roadmap_id, "Knots", "IN_PROGRESS")
        enrolment = await enrolment_of(ask, viewer, roadmap_id)
        (node,) = enrolment["pinnedVersion"]["nodes"]
        (event,) = await sync_nodes(ask, viewer, (enrolment["id"], node["id"], value))
        (node,) = (await enrolment_of(ask, viewer, roadmap_id))["pinnedVersion"]["nodes"]
        found.append((event["status"], node["viewerState"]))
    return found


async def _published(ask: Asker) -> str:
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    return await publish_file(ask, author, a_file(a_node("knots")))


async def of_goal_kind(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Try to complete a goal of each kind by one's own word, and look at what it is measured by."""
    exam, _ = await an_exam(ask, "Security+", "1.1")
    needed = {
        "XP_TARGET": {"targetXp": 100},
        "ROADMAP": {"roadmapId": await _published(ask)},
        "MASTERY_TARGET": {"examType": exam.code, "targetMastery": 70},
    }
    _, viewer = await ask.learner()
    goals = [await active_goal(ask, viewer, kind=value, **needed.get(value, {})) for value in values]
    moved = [await move_goal(ask, viewer, goal, "COMPLETED") for goal in goals]
    return [
        (goal["targetXp"], goal["targetMastery"], goal["roadmap"], payload["userErrors"] == [])
        for goal, payload in zip(goals, moved, strict=True)
    ]


async def of_daily_kind(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Set a target of each kind, take a quiz, and look at what counts."""
    taker = await a_quiz_taker(ask)
    for value in values:
        await set_target(ask, taker.viewer, value, 40)
    attempt_id = await taker.start_attempt()
    ask.clock.forward(minutes=3)
    await taker.answer_all(attempt_id)
    await taker.submit(attempt_id)
    found = {target["kind"]: target["done"] for target in await targets_of(ask, taker.viewer)}
    return [found[value] for value in values]


async def of_removed_kind(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Remove the target of each kind from a learner who has all."""
    found = []
    for value in values:
        _, viewer = await ask.learner()
        for kind in values:
            await set_target(ask, viewer, kind, 40)
        await ask.data(REMOVE, viewer, input={"kind": value})
        found.append([target["kind"] for target in await targets_of(ask, viewer)])
    return found


def of_content(name: str) -> Effect:
    """Look at the content of an author who has a draft, a quiz and a withdrawn one."""

    async def effect(ask: Asker, values: Sequence[str]) -> list[Any]:
        author = await an_author_of_everything(ask)
        text = f"query ($v: Content{name.title()}) {{ myContent({name}: $v) {{ nodes {{ type state title }} }} }}"
        return [(await ask.data(text, author, v=value))["myContent"]["nodes"] for value in values]

    return effect


async def of_question_difficulty(ask: Asker, values: Sequence[str]) -> list[Any]:
    taker = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE)
    author = viewer_of(UserId(str(taker.quiz.author_id)), Role.LEARNER, Role.AUTHOR)
    text = """mutation ($input: UpdateQuestionInput!) { updateQuestion(input: $input) {
      content { version question { difficulty } } } }"""
    found, version = [], 1
    for value in values:
        given = {"id": taker.questions[0].id, "version": version, "difficulty": value}
        content = (await ask.data(text, author, input=given))["updateQuestion"]["content"]
        version = content["version"]
        found.append(content["question"])
    return found


async def of_prompt_format(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Say how a prompt is written, which HTML in it depends on."""
    found = []
    for value in values:
        taker = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE)
        payload = await update(
            ask, author_of(taker), taker.questions[0].id, prompt="<b>Bold</b>", promptFormat=value
        )
        found.append([error["field"] for error in payload["userErrors"]])
    return found


async def of_transition(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Move a draft, an active goal and a paused one; null where all are refused."""
    found = []
    for value in values:
        _, viewer = await ask.learner()
        draft, active = await create_goal(ask, viewer), await active_goal(ask, viewer)
        paused = (await move_goal(ask, viewer, await active_goal(ask, viewer), "PAUSED"))["goal"]
        moved = [(await move_goal(ask, viewer, goal, value))["goal"] for goal in (draft, active, paused)]
        found.append([goal and goal["state"] for goal in moved] if any(moved) else None)
    return found


async def of_role(ask: Asker, values: Sequence[str]) -> list[Any]:
    _, admin = await ask.learner(roles=ADMINS)
    found = []
    for value in values:
        user, _ = await ask.learner()
        payload = await accepted(ask, admin, "setRoles", "user { roles }", userId=user.id, roles=[value])
        found.append(allowed(viewer_of(user.id, *(Role(role) for role in payload["user"]["roles"]))))
    return found


async def of_scope(ask: Asker, values: Sequence[str]) -> list[Any]:
    return [
        allowed(
            Viewer(
                user_id=UserId(mint("user")),
                session_id=SessionId(mint("apikey")),
                roles=frozenset(Role),
                scopes=frozenset({Scope(value)}),
            )
        )
        for value in values
    ]


def allowed(viewer: Viewer) -> list[str]:
    return [coordinate for coordinate in sorted(RULES) if cell(RULES, coordinate, viewer) != NOT_ALLOWED]


def of_visibility(name: str) -> Effect:
    async def effect(ask: Asker, values: Sequence[str]) -> list[Any]:
        user, viewer = await ask.learner()
        await accepted(ask, viewer, "updateProfile", bio="A bio.", avatarUrl="https://example.org/a.png")
        text = f"query ($id: ID!) {{ user(by: {{id: $id}}) {{ {name} }} }}"
        found = []
        for value in values:
            await accepted(ask, viewer, "updatePrivacy", **{name: value})
            found.append(await ask.data(text, id=user.id))
        return found

    return effect


EFFECTS: dict[str, Effect] = {
    "Query.leaderboard(window:) LeaderboardWindow": of_window,
    "Subscription.leaderboardChanged(window:) LeaderboardWindow": of_streamed_window,
    "Query.auditLog(action:) AuditAction": of_action,
    "Query.jobs(state:) JobState": of_job_state,
    "Viewer.jobs(state:) JobState": of_own_job_state,
    "Viewer.workflows(state:) WorkflowState": of_own_workflow_state,
    "Query.workflows(state:) WorkflowState": of_workflow_state,
    "WorkflowInputInput.type WorkflowInputType": of_input_type,
    "StepTemplateInput.waitFor WaitFor": of_wait_for,
    **webhook_scenes.EFFECTS,
    **ai_calls.EFFECTS,
    **fork_effects.EFFECTS,
    **upload_scenes.EFFECTS,
    **quality_scenes.EFFECTS,
    **generation_scenes.EFFECTS,
    **document_scenes.EFFECTS,
    **quiz_scenes.EFFECTS,
    "Query.suppressions(reason:) SuppressionReason": of_reason,
    "Query.campaigns(state:) CampaignState": of_campaign_state,
    "Campaign.recipients(state:) RecipientState": of_recipient_state,
    "SegmentConditionInput.role Role": of_segment_role,
    "SegmentConditionInput.streak StreakState": of_segment_streak,
    "Query.adminUsers(role:) Role": of_role_filter,
    "Viewer.attempts(state:) AttemptState": of_attempt_state,
    "Viewer.goals(state:) GoalState": of_goal_filter,
    "Query.search(types:) SearchType": of_search_types,
    "Viewer.bookmarks(type:) TargetType": of_bookmark_type,
    "Viewer.notes(type:) TargetType": of_note_type,
    "Query.reviewCards(state:) CardState": of_card_state,
    "ReviewCardInput.rating Rating": of_rating,
    "Analytics.performance(period:) Period": of_period,
    "Analytics.explore(period:) Period": of_explored_period,
    "Viewer.activity(kinds:) LoggedAct": of_logged_kind,
    "RegisterInput.refreshBy RefreshDelivery": of_registration,
    "LoginInput.refreshBy RefreshDelivery": of_login,
    "SetNodeStateInput.state NodeState": of_node_state,
    "OfflineNodeInput.state NodeState": of_offline_state,
    "OfflineReviewInput.rating Rating": of_offline_rating,
    "CreateGoalInput.kind GoalKind": of_goal_kind,
    "TransitionGoalInput.to GoalState": of_transition,
    "SetDailyTargetInput.kind DailyKind": of_daily_kind,
    "RemoveDailyTargetInput.kind DailyKind": of_removed_kind,
    "Query.myContent(type:) ContentType": of_content("type"),
    "Query.myContent(state:) ContentState": of_content("state"),
    "StartStudySessionInput.difficulty Difficulty": of_study_difficulty,
    "UpdateQuestionInput.difficulty Difficulty": of_question_difficulty,
    "UpdateQuestionInput.promptFormat PromptFormat": of_prompt_format,
    "CreateQuestionInput.promptFormat PromptFormat": quiz_scenes.of_created_prompt_format,
    "ExportQuizInput.format ExportFormat": of_export_format,
    "SetFeatureFlagInput.roles Role": of_flag_role,
    "SetRolesInput.roles Role": of_role,
    "AddNodeInput.kind NodeKind": partial(of_added, "kind"),
    "AddNodeInput.difficulty Difficulty": partial(of_added, "difficulty"),
    "ChangeNodeInput.kind NodeKind": partial(of_changed, "kind"),
    "ChangeNodeInput.difficulty Difficulty": partial(of_changed, "difficulty"),
    "PrerequisiteGroupInput.mode PrerequisiteMode": of_group_mode,
    "CreateRoadmapInput.visibility Visibility": of_created_visibility,
    "DescribeRoadmapInput.visibility Visibility": of_described_visibility,
    "CreateApiKeyInput.scopes Scope": of_scope,
    "UpdatePrivacyInput.avatarUrl ProfileVisibility": of_visibility("avatarUrl"),
    "UpdatePrivacyInput.bio ProfileVisibility": of_visibility("bio"),
    "UpdatePrivacyInput.joinedAt ProfileVisibility": of_visibility("joinedAt"),
}
"""What the values of each place do, where there is a choice of several."""
