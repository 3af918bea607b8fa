"""Field scenes: acts of learners, authors and admins after which every field has something to show."""

import json
from dataclasses import replace
from datetime import timedelta

from domain.accounts.users import Role, Viewer
from domain.content.answers import Answer
from domain.content.question_kinds.table import QuestionKind
from domain.documents.field_usage import FieldCount
from domain.gamification import streaks
from domain.unit_of_work import Meter
from resolvers.request_info import RequestInfo
from tests.builders import mint
from tests.builders.analytics import count, facts
from tests.builders.attempts import a_question, right_answer, store_quiz
from tests.builders.question_files import a_file as a_question_file
from tests.builders.question_files import a_question as an_item
from tests.builders.roadmaps import a_file, a_node, a_quiz_node, a_track
from tests.builders.sessions import a_session
from tests.builders.streaks import daily
from tests.graph.world import world_of
from tests.support.accounts import ADMINS, accepted, mutate
from tests.support.analytics import an_exam, record_attempts
from tests.support.attempts import EVERY_KIND, a_quiz_taker, a_twin_of, others
from tests.support.authoring_scenes import drafts_of_every_kind
from tests.support.bookmarks import everything_bookmarked
from tests.support.chat_scenes import everything_explored
from tests.support.clients.board_client import earn
from tests.support.clients.offline import sync_nodes
from tests.support.clients.roadmaps import (
    enrol,
    import_file,
    import_quizzes,
    publish_file,
    set_node,
    withdraw,
)
from tests.support.collaboration_scenes import work_together
from tests.support.document_scenes import everything_taken_out
from tests.support.exports import everything_exported
from tests.support.generation_scenes import everything_generated
from tests.support.goals import active_goal, move_goal
from tests.support.list_fields import ListPaths
from tests.support.operator_scenes import OPERATOR_SCENES
from tests.support.privacy import anonymise
from tests.support.progress_scenes import everything_aimed_at
from tests.support.quality_scenes import everything_judged
from tests.support.quiz_scenes import quizzes_written
from tests.support.reviews import everything_reviewed
from tests.support.schema_client import START, viewer_of
from tests.support.search import everything_searched
from tests.support.seen_fields import WatchingAsker, everything
from tests.support.study_scenes import everything_studied
from tests.support.thread_scenes import everything_threaded
from tests.support.topic_scenes import everything_about_topics
from tests.support.upload_scenes import everything_uploaded

CHANGES = """mutation ($input: SetNodeStateInput!) { setNodeState(input: $input) {
  nodeChanges { completed { id } unlocked { id } locked { id } } } }"""
NO_WORLD = ListPaths(
    {
        "Streak.calendar": '(from: "2026-03-02", to: "2026-03-02")',
        "Analytics.performance": "(period: D90)",
        "Analytics.explore": "(period: D90)",
    }
)


async def everything_is_seen(ask: WatchingAsker) -> None:
    """Play every scene."""
    scenes = (
        _a_world,
        _a_quiz,
        _twins,
        everything_bookmarked,
        everything_searched,
        everything_reviewed,
        _goals,
        everything_aimed_at,
        _a_path,
        _offline,
        _a_fortnight,
        _accounts,
        _pages,
        _a_board,
        _imports,
        everything_exported,
        drafts_of_every_kind,
        work_together,
        everything_uploaded,
        everything_studied,
        everything_threaded,
        everything_explored,
        everything_about_topics,
        everything_judged,
        everything_generated,
        everything_taken_out,
        quizzes_written,
        *OPERATOR_SCENES,
    )
    for scene in scenes:
        ask.clock.moment = START
        await scene(ask)


async def _see(
    ask: WatchingAsker,
    viewer: Viewer,
    field: str,
    kind: str,
    paths: ListPaths = NO_WORLD,
    depth: int = 2,
) -> None:
    await ask.data(f"{{ {field} {everything(kind, depth, paths)} }}", viewer)


async def _a_world(ask: WatchingAsker) -> None:
    world = await world_of(ask, 2)
    usage = FieldCount(
        coordinate="User.handle", client_name="app", client_version="1.0", deprecated=True, requests=1
    )
    async with ask.postgres.open_work(Meter()) as work:
        await work.field_usages.add([usage], now=ask.clock())
    await _see(ask, world.viewer, "viewer", "Viewer", ListPaths(world.arguments), depth=3)
    for field, kind in (
        ("roadmaps(first: 1)", "RoadmapConnection"),
        ("quizzes(first: 1)", "QuizConnection"),
        ("examTypes", "ExamType"),
        ("users(first: 1)", "UserConnection"),
        ("pendingXp", "PendingXpConnection"),
        ("timeAllowances", "TimeAllowanceConnection"),
        ("fieldUsage", "FieldUsageConnection"),
        ("auditLog", "AuditEntryConnection"),
    ):
        await _see(ask, world.viewer, field, kind, depth=3)


async def _a_quiz(ask: WatchingAsker) -> None:
    """Take a quiz of every kind: one answer is half right, one is missing, and the rest are right."""
    kinds = [*EVERY_KIND, QuestionKind.TRUE_FALSE]
    closes_at = START + timedelta(days=9)
    taker = await a_quiz_taker(ask, *kinds, closes_at=closes_at, pass_mark=50, slug="every-kind")
    await others(taker, right=7, wrong=3)
    attempt_id = await taker.start_attempt()
    await taker.flag(attempt_id, 1)
    await _see(ask, taker.viewer, f'attempt(id: "{attempt_id}")', "QuizAttempt", depth=3)
    for number, key in enumerate(taker.keys[:-1], start=1):
        ask.clock.forward(seconds=10)
        answer = right_answer(key)
        if len(key.correct_options) > 1:
            answer = Answer(options=sorted(key.correct_options)[:1])
        await taker.answer(attempt_id, number, answer)
    await taker.submit(attempt_id)
    await _see(ask, taker.viewer, f'attempt(id: "{attempt_id}")', "QuizAttempt", depth=4)
    ask.clock.forward(days=1)
    strict = a_question(QuestionKind.MULTIPLE_CHOICE, all_or_nothing=True)
    async with ask.postgres.open_work(Meter()) as work:
        quiz = await store_quiz(work, taker.quiz.author_id, [strict], slug="strict")
    strict_id = await replace(taker, quiz=quiz).start_attempt("strict")
    await _see(ask, taker.viewer, f'attempt(id: "{strict_id}")', "QuizAttempt", depth=3)


async def _twins(ask: WatchingAsker) -> None:
    """Submit an attempt while another one asks its question."""
    taker = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE, slug="first")
    twin = await a_twin_of(taker)
    await twin.start_attempt("twin")
    await taker.submit(await taker.start_attempt())
    await _see(ask, taker.viewer, "viewer", "Viewer", depth=3)


async def _goals(ask: WatchingAsker) -> None:
    _, viewer = await ask.learner()
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    roadmap_id = await publish_file(ask, author, a_file(a_node("knots")))
    deadline = (ask.clock() + timedelta(days=9)).isoformat()
    await active_goal(ask, viewer, description="Why.", deadline=deadline, kind="XP_TARGET", targetXp=9)
    await active_goal(ask, viewer, kind="ROADMAP", roadmapId=roadmap_id)
    await move_goal(ask, viewer, await active_goal(ask, viewer), "COMPLETED")
    await _see(ask, viewer, "viewer", "Viewer", depth=3)


async def _offline(ask: WatchingAsker) -> None:
    """Send events that are not there."""
    _, viewer = await ask.learner()
    await sync_nodes(ask, viewer, (mint("enrolment"), mint("node"), "DONE"))


async def _a_path(ask: WatchingAsker) -> None:
    """Walk another author's roadmap: look at it while nodes are locked, then complete it."""
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    _, viewer = await ask.learner()
    some = [{"mode": "K_OF_N", "k": 1, "nodes": ["rope", "knots"]}]
    nodes = [
        a_node("rope", optional=True),
        a_node("knots", "rope"),
        a_node("sails") | {"prerequisites": some},
    ]
    await import_quizzes(ask, author, "tides")
    links = [{"title": "Docs", "url": "https://docs.python.org/3/"}]
    file = a_file(
        *nodes, a_quiz_node("exam", quiz="tides") | {"resources": links, "optional": True}, slug="path"
    )
    roadmap_id = await publish_file(ask, author, file, "path")
    await enrol(ask, viewer, roadmap_id)
    roadmap = f'roadmap(by: {{id: "{roadmap_id}"}})'
    await _see(ask, viewer, roadmap, "Roadmap", depth=4)
    for state in ("DONE", "AVAILABLE"):
        await set_node(ask, viewer, roadmap_id, "Rope", state, document=CHANGES)
    for title in ("Rope", "Knots", "Sails"):
        await set_node(ask, viewer, roadmap_id, title, "DONE")
    await withdraw(ask, author, "tides")
    await _see(ask, viewer, roadmap, "Roadmap", depth=4)
    await _see(ask, viewer, "viewer", "Viewer", depth=2)


async def _a_fortnight(ask: WatchingAsker) -> None:
    """Learn for eight days, less well each day, so that there is a weak area, an improvement and a freeze."""
    user, viewer = await ask.learner()
    async with ask.postgres.open_work(Meter()) as work:
        for activity in daily(START.date() - timedelta(days=7), 7, "UTC"):
            await streaks.record(work.streaks, replace(activity, user_id=user.id))
    exam, (domain,) = await an_exam(ask, "Security+", "1.1")
    days = [START.date() - timedelta(days=day) for day in range(8)]
    for score, day in zip(range(90, 10, -10), days, strict=True):
        done = facts(exam, day, str(score), domains=[count(domain, 4, 10)])
        await record_attempts(ask, user, done)
    week = ListPaths(NO_WORLD.given | {"Analytics.performance": "(period: D7)"})
    await _see(ask, viewer, "viewer", "Viewer", week, depth=3)


async def _accounts(ask: WatchingAsker) -> None:
    """Suspend one user, verify the address of one who leaves, and anonymise a third; make a key and an export."""
    _, admin = await ask.learner(roles=[*ADMINS, Role.AUTHOR])
    ask.request_info = RequestInfo(address="203.0.113.7", device="Firefox on Linux")
    suspended, leaving, erased = [(await ask.learner())[0] for _ in range(3)]
    until = (ask.clock() + timedelta(days=1)).isoformat()
    await accepted(ask, admin, "suspendUser", userId=suspended.id, reason="Spam.", until=until)
    await accepted(
        ask, admin, "updateProfile", bio="A bio.", avatarUrl="https://example.org/a.png", dayStartHour=4
    )
    made = f"apiKey {everything('ApiKey', 1, NO_WORLD)}"
    expires = {"name": "Sync", "scopes": ["READ_LEARNING"], "expiresAt": until}
    key = await accepted(ask, admin, "createApiKey", made, **expires)
    await accepted(ask, admin, "exportMyData", f"dataExport {everything('DataExport', 1, NO_WORLD)}")
    async with ask.postgres.open_work(Meter()) as work:
        await work.credentials.set_verified_email(leaving.id, "leaving@example.org")
        await work.deletions.mark(leaving.id, ask.clock() + timedelta(days=9))
        await work.deletions.mark(erased.id, ask.clock())
        await work.api_keys.used(key["apiKey"]["id"], now=ask.clock())
        await work.sessions.add(
            replace(a_session(admin.user_id), id=admin.session_id), token_hash=mint("hash")
        )
    assert await anonymise(ask.ports)
    await _see(ask, admin, "adminUsers(first: 100)", "AdminUserConnection")
    await _see(ask, admin, "auditLog(first: 100)", "AuditEntryConnection")
    await _see(ask, admin, "viewer", "Viewer")
    await _see(ask, viewer_of(leaving.id), "viewer", "Viewer")


async def _pages(ask: WatchingAsker) -> None:
    _, viewer = await ask.learner()
    for _ in range(3):
        await active_goal(ask, viewer)
    text = """query ($after: Cursor) { viewer { goals(first: 1, after: $after) {
      pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } }"""
    first = await ask.data(text, viewer)
    await ask.data(text, viewer, after=first["viewer"]["goals"]["pageInfo"]["endCursor"])


async def _a_board(ask: WatchingAsker) -> None:
    learners = [await ask.learner() for _ in range(3)]
    await earn(ask, *((user, 10 * place) for place, (user, _) in enumerate(learners, start=1)))
    ask.clock.forward(days=1)
    await earn(ask, (learners[0][0], 90))
    await _see(ask, learners[0][1], "leaderboard", "Leaderboard", depth=3)


async def _imports(ask: WatchingAsker) -> None:
    """Import a file with a bad item, and one with a loss; publish a roadmap with a flaw."""
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    report = f"report {everything('ImportReport', 1, NO_WORLD)}"
    bad = json.dumps(a_question_file(questions=[an_item("wet", prompt="")]))
    await mutate(ask, author, "importQuestions", report, file=bad, idempotencyKey=mint("key"))
    await mutate(ask, author, "importRoadmap", report, file=a_track(), idempotencyKey=mint("key"))
    await import_quizzes(ask, author, "closing", closesAt=(ask.clock() + timedelta(hours=1)).isoformat())
    flawed = a_file(a_quiz_node("exam", quiz="closing"), slug="flawed")
    text = """mutation ($id: ID!) { publishRoadmap(input: {roadmapId: $id}) {
      userErrors { ... on UnsoundRoadmap { flaws { kind key message } } } } }"""
    roadmap = (await import_file(ask, author, flawed, "flawed"))["roadmap"]
    ask.clock.forward(hours=1)
    await ask.data(text, author, id=roadmap["id"])
