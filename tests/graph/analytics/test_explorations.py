"""What learners did in topics, chats and threads, through the schema: equal to a computation in plain Python."""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.ai.errors import AiUnavailableError
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.support.accounts import accepted
from tests.support.chats import an_explorer, run_answer, says
from tests.support.explorations import explored_at_random
from tests.support.schema_client import START, Asker
from tests.support.threads import a_thread
from tests.support.topics import a_subtopic

FIGURES = "topicsExplored topicChains chats messages threads contents generations tokensUsed timeSpent"
EXPLORE = f"""query ($period: Period!) {{ viewer {{ analytics {{ explore(period: $period) {{ period {FIGURES}
  lastActiveAt currentTopics {{ chainId title explored topics }} days {{ date {FIGURES} }} }} }} }} }}"""
LOG = """query ($kinds: [LoggedAct!], $since: DateTime, $until: DateTime, $first: Int, $after: Cursor) { viewer {
  activity(kinds: $kinds, since: $since, until: $until, first: $first, after: $after) {
    nodes { kind summary occurredAt duration objectId object { __typename id } }
    pageInfo { hasNextPage endCursor } } } }"""
KINDS = [
    "TOPIC_CHAIN_CREATED",
    "TOPIC_EXPLORED",
    "CHAT_STARTED",
    "QUESTION_ASKED",
    "THREAD_CREATED",
    "CONTENT_ADDED",
    "GENERATED",
]


async def explore(ask: Asker, viewer: Any, period: str) -> dict[str, Any]:
    found = (await ask.data(EXPLORE, viewer, period=period))["viewer"]["analytics"]["explore"]
    return dict(found)


async def log(ask: Asker, viewer: Any, **given: Any) -> list[dict[str, Any]]:
    """Return the whole log, page by page."""
    nodes: list[dict[str, Any]] = []
    after = None
    while True:
        page = (await ask.data(LOG, viewer, first=7, after=after, **given))["viewer"]["activity"]
        nodes += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes


async def rows(ask: Asker, table: str) -> list[Any]:
    async with ask.postgres.open_work(Meter()) as work:
        return list(await work.connection.raw.fetch(f"SELECT * FROM {table}"))  # noqa: S608


def seconds(duration: str) -> float:
    """Read an ISO 8601 duration of hours, minutes and seconds."""
    total, number = 0.0, ""
    for c in duration.removeprefix("PT"):
        if c in "HMS":
            total += float(number) * {"H": 3600, "M": 60, "S": 1}[c]
            number = ""
        else:
            number += c
    return total


async def acts_of(ask: Asker, user_id: str) -> list[tuple[str, datetime, float]]:
    """Return every act of a learner, from their rows: the figure, the moment, and how much it counts."""
    chains = {r["id"]: r for r in await rows(ask, "topic_chains") if r["owner_id"] == user_id}
    chats = {r["id"]: r for r in await rows(ask, "explore_chats") if r["user_id"] == user_id}
    threads = {r["id"]: r for r in await rows(ask, "threads") if r["owner_id"] == user_id}
    messages = [r for r in await rows(ask, "chat_messages") if r["chat_id"] in chats]
    calls = [r for r in await rows(ask, "ai_calls") if r["caller_id"] == user_id and r["status"] != "RUNNING"]
    acts = [("topicChains", r["created_at"], 1) for r in chains.values()]
    acts += [
        ("topicsExplored", r["explored_at"], 1)
        for r in await rows(ask, "topics")
        if r["chain_id"] in chains and r["explored_at"]
    ]
    acts += [("chats", r["started_at"], 1) for r in chats.values()]
    acts += [("messages", r["asked_at"], 1) for r in messages]
    acts += [("threads", r["created_at"], 1) for r in threads.values()]
    acts += [
        ("contents", r["created_at"], 1)
        for r in await rows(ask, "thread_contents")
        if r["thread_id"] in threads
    ]
    acts += [("tokensUsed", r["started_at"], r["tokens_in"] + r["tokens_out"]) for r in calls]
    acts += [
        ("generations", r["started_at"], 1)
        for r in calls
        if r["status"] == "ANSWERED" and r["purpose"] not in ("CHAT", "TITLE", "SUGGESTIONS")
    ]
    for chat in chats.values():
        own = [m for m in messages if m["chat_id"] == chat["id"]]
        moments = [chat["started_at"], *(m["asked_at"] for m in own)]
        moments.sort()
        acts += [
            ("timeSpent", later, min(300.0, (later - earlier).total_seconds()))
            for earlier, later in pairwise(moments)
        ]
    return acts


async def expected(ask: Asker, user_id: str) -> dict[date, Counter[str]]:
    """Count the acts by the local date that was valid at their moments."""
    (user,) = [r for r in await rows(ask, "users") if r["id"] == user_id]
    changes = sorted(
        (r for r in await rows(ask, "zone_changes") if r["user_id"] == user_id), key=lambda r: r["changed_at"]
    )
    days: dict[date, Counter[str]] = {}
    for figure, at, amount in await acts_of(ask, user_id):
        zone, start = user["time_zone"], user["day_start_hour"]
        for change in reversed(changes):
            if at < change["changed_at"]:
                zone, start = change["old_time_zone"], change["old_day_start_hour"]
        day = (at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - timedelta(hours=start)).date()
        days.setdefault(day, Counter())[figure] += amount
    return days


@pytest.mark.parametrize("period", ["D7", "D30", "D90", "ALL"])
async def test_figures_are_those_of_a_computation_by_hand(ask: Asker, period: str) -> None:
    user, viewer = await ask.learner()
    other, _ = await ask.learner()
    await explored_at_random(ask, user.id, days=110, size=40)
    await explored_at_random(ask, other.id, days=20, size=5, seed=2)
    days = await expected(ask, user.id)
    today = (START.astimezone(ZoneInfo("Pacific/Auckland")).replace(tzinfo=None) - timedelta(hours=3)).date()
    length = {"D7": 7, "D30": 30, "D90": 90}.get(period)
    first = min(days) if length is None else today - timedelta(days=length - 1)
    inside = {day: counts for day, counts in days.items() if first <= day <= today}

    found = await explore(ask, viewer, period)

    assert [day["date"] for day in found["days"]] == [
        (first + timedelta(days=n)).isoformat() for n in range((today - first).days + 1)
    ]
    for day in found["days"]:
        by_hand = inside.get(date.fromisoformat(day["date"]), Counter())
        for figure in FIGURES.split():
            shown = seconds(day[figure]) if figure == "timeSpent" else int(day[figure])
            assert shown == pytest.approx(by_hand[figure], abs=1e-6), (day["date"], figure)
    for figure in FIGURES.split():
        shown = seconds(found[figure]) if figure == "timeSpent" else int(found[figure])
        assert shown == pytest.approx(sum(counts[figure] for counts in inside.values()), abs=1e-4), figure
    assert sum(counts["messages"] for counts in inside.values()) > 0


async def test_a_learner_who_explored_nothing_has_zeros(ask: Asker) -> None:
    _, viewer = await ask.learner()

    week, whole = await explore(ask, viewer, "D7"), await explore(ask, viewer, "ALL")

    assert (week["threads"], week["tokensUsed"], week["timeSpent"], week["lastActiveAt"]) == (
        0,
        0,
        "PT0S",
        None,
    )
    assert len(week["days"]) == 7
    assert (whole["days"], whole["currentTopics"]) == ([], [])


async def test_figures_cost_the_same_for_many_rows(ask: Asker) -> None:
    few, one = await ask.learner()
    many, other = await ask.learner()
    await explored_at_random(ask, few.id, days=5, size=1)
    await explored_at_random(ask, many.id, days=60, size=30)

    counts = []
    for viewer in (one, other):
        await explore(ask, viewer, "ALL")
        explored = ask.statements
        await ask.data(LOG, viewer, first=100, kinds=["THREAD_CREATED", "CHAT_STARTED"])
        counts.append((explored, ask.statements))

    assert counts[0] == counts[1]
    assert counts[0][0] == 1


def first_topic(chain: dict[str, Any]) -> str:
    return str(chain["topics"]["nodes"][0]["id"])


async def current(ask: Asker, viewer: Any) -> list[str]:
    return [each["chainId"] for each in (await explore(ask, viewer, "D7"))["currentTopics"]]


async def test_the_topics_that_are_not_explored_to_their_end_are_current(ask: Asker) -> None:
    _, viewer = await ask.learner()
    ids = []
    for title in ("Python > Functions", "Sets", "Graphs"):
        ask.clock.forward(minutes=1)
        made = await accepted(
            ask, viewer, "createTopicChain", "chain { id topics { nodes { id } } }", path=title
        )
        ids.append(made["chain"])
    for topic in ids[1]["topics"]["nodes"]:
        await accepted(ask, viewer, "setTopicExplored", id=topic["id"], isExplored=True)

    found = await explore(ask, viewer, "D7")

    assert [each["chainId"] for each in found["currentTopics"]] == [ids[2]["id"], ids[0]["id"]]
    ask.clock.forward(minutes=1)
    below = await accepted(
        ask, viewer, "addTopic", "topic { id }", parentId=first_topic(ids[0]), name="Closures"
    )
    assert await current(ask, viewer) == [ids[0]["id"], ids[2]["id"]]
    ask.clock.forward(minutes=1)
    await a_subtopic(ask, viewer, first_topic(ids[2]), "Trees")
    assert await current(ask, viewer) == [ids[2]["id"], ids[0]["id"]]
    ask.clock.forward(minutes=1)
    await accepted(ask, viewer, "setTopicExplored", id=below["topic"]["id"], isExplored=True)
    assert await current(ask, viewer) == [ids[0]["id"], ids[2]["id"]]
    assert found["topicChains"] == 3
    assert found["topicsExplored"] == len(ids[1]["topics"]["nodes"])


async def test_the_log_has_every_act_once_the_latest_first(ask: Asker) -> None:
    user, viewer = await ask.learner()
    other, _ = await ask.learner()
    await explored_at_random(ask, user.id, days=30, size=6)
    await explored_at_random(ask, other.id, days=30, size=2, seed=3)
    figures = {
        "topicChains": "TOPIC_CHAIN_CREATED",
        "topicsExplored": "TOPIC_EXPLORED",
        "chats": "CHAT_STARTED",
        "messages": "QUESTION_ASKED",
        "threads": "THREAD_CREATED",
        "contents": "CONTENT_ADDED",
        "generations": "GENERATED",
    }
    acts = [
        (figures[figure], at.replace(microsecond=at.microsecond // 1000 * 1000))
        for figure, at, _ in await acts_of(ask, user.id)
        if figure in figures
    ]

    found = await log(ask, viewer)

    read = [(each["kind"], datetime.fromisoformat(each["occurredAt"])) for each in found]
    assert sorted(read) == sorted(acts)
    assert [at for _, at in read] == sorted((at for _, at in read), reverse=True)
    for each in found:
        assert (each["object"] is None) is (each["kind"] == "GENERATED"), each
        assert each["object"] is None or each["object"]["id"] == each["objectId"]
    (question,) = {each["summary"] for each in found if each["kind"] == "QUESTION_ASKED"}
    assert question == "Why is it so?"
    assert {each["duration"] for each in found if each["kind"] == "GENERATED"} == {"PT0.9S"}


async def test_the_log_is_filtered_by_kind_and_moment(ask: Asker) -> None:
    user, viewer = await ask.learner()
    await explored_at_random(ask, user.id, days=30, size=6)
    whole = await log(ask, viewer)
    since, until = START - timedelta(days=20), START - timedelta(days=10)

    for kind in KINDS:
        assert await log(ask, viewer, kinds=[kind]) == [each for each in whole if each["kind"] == kind], kind
    some = await log(ask, viewer, since=since.isoformat(), until=until.isoformat())

    assert some == [each for each in whole if since <= datetime.fromisoformat(each["occurredAt"]) < until]
    assert 0 < len(some) < len(whole)
    for given in ({"kinds": []}, {"since": until.isoformat(), "until": since.isoformat()}):
        response = await ask(LOG, viewer, **given)
        assert response["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_what_is_deleted_is_in_no_figure_and_not_in_the_log(ask: Asker) -> None:
    _, viewer = await ask.learner()
    thread_id = await a_thread(ask, viewer, "a", title=mint("thread"))
    assert (await explore(ask, viewer, "D7"))["contents"] == 1

    await accepted(ask, viewer, "deleteThread", threadId=thread_id)

    found = await explore(ask, viewer, "D7")
    assert (found["threads"], found["contents"], await log(ask, viewer)) == (0, 0, [])


async def test_the_time_of_a_chat_is_that_of_the_explorations_however_answers_end(ask: Asker) -> None:
    explorer = await an_explorer(ask)
    says(ask, "Yes.")
    chat = (await explorer.start(topic="Trees"))["chat"]
    for pause, end in ((20, "DONE"), (400, "CANCELLED"), (70, "FAILED"), (30, "ANEW"), (10, "DONE")):
        ask.clock.forward(seconds=pause)
        says(ask, AiUnavailableError("No model answers.") if end == "FAILED" else "Yes.")
        message = (await explorer.question(chat["id"], "Why?"))["message"]
        ask.clock.forward(seconds=5)
        if end == "CANCELLED":
            await explorer.cancel(message["id"])
        await run_answer(ask, message["id"])
        if end == "ANEW":
            ask.clock.forward(seconds=40)
            await explorer.retry(message["id"])
            await run_answer(ask, message["id"])

    shown = await explorer.chat(chat["id"])

    assert shown is not None
    assert seconds(shown["timeSpent"]) == 20 + 300 + 75 + 35 + 55
    assert seconds((await explore(ask, explorer.viewer, "D7"))["timeSpent"]) == seconds(shown["timeSpent"])
