"""End of study sessions: by the learner, by the next session, or after two hours without an act."""

from domain.ids import StudySessionId
from domain.study import study_end
from domain.unit_of_work import Meter
from tests.support.attempts import codes
from tests.support.schema_client import Asker
from tests.support.study import a_studier

NODE = "query ($id: ID!) { node(id: $id) { id ... on StudySession { endedAt } } }"


async def test_an_ended_session_takes_nothing_more(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    ask.clock.forward(seconds=30)
    ended = await studier.end(session_id)
    ask.clock.forward(seconds=30)

    again = await studier.end(session_id)
    following = await studier.next(session_id)
    answered = await studier.answer(session_id, 1, None)

    assert (ended["session"]["timeSpent"], ended["session"]["current"]) == ("PT30S", None)
    assert again == ended
    assert codes(following) == codes(answered) == [("StudySessionEnded", "sessionId")]


async def test_an_answer_that_was_stored_is_returned_after_the_end(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    (asked,) = await studier.study(session_id, 1)
    await studier.end(session_id)

    again = await studier.answer(session_id, 1, studier.right(asked))

    assert again["userErrors"] == []
    assert again["slot"]["credit"] == 1


async def test_a_new_session_ends_the_one_before_and_a_repeated_start_does_not(ask: Asker) -> None:
    studier = await a_studier(ask)
    first = await studier.started("first")

    second = await studier.started("second")
    again = await studier.started("first")
    other = await studier.start("first", difficulty="EASY")

    assert again == first
    assert codes(other) == [("IdempotencyKeyReused", "idempotencyKey")]
    assert (await studier.read(first))["endedAt"] is not None
    assert (await studier.read(second))["endedAt"] is None


async def test_a_session_without_an_act_for_two_hours_ended_with_its_last_act(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    await studier.study(session_id, 1)
    last = (await studier.read(session_id))["lastActiveAt"]
    ask.clock.forward(hours=2, seconds=1)

    refused = await studier.next(session_id)
    listed = await ask.data("{ viewer { studySessions { nodes { endedAt } } } }", studier.viewer)
    found = await studier.read(session_id)

    assert codes(refused) == [("StudySessionEnded", "sessionId")]
    assert listed["viewer"]["studySessions"]["nodes"] == [{"endedAt": last}]
    assert found["endedAt"] == last
    assert found["timeSpent"] == "PT10S"


async def test_node_ends_an_idle_session_as_its_own_field_does(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    started_at = (await studier.read(session_id))["startedAt"]
    ask.clock.forward(hours=3)

    found = await ask.data(NODE, studier.viewer, id=session_id)

    assert found["node"] == {"id": session_id, "endedAt": started_at}


async def test_the_sweeper_ends_idle_sessions_of_all_learners(ask: Asker) -> None:
    first, second = await a_studier(ask), await a_studier(ask)
    idle = await first.started()
    ask.clock.forward(hours=1)
    goes_on = await second.started()
    ask.clock.forward(hours=1, seconds=1)

    async with ask.postgres.open_work(Meter()) as work:
        ended = await study_end.end_idle(work, now=ask.clock(), limit=20)
        again = await study_end.end_idle(work, now=ask.clock(), limit=20)

    assert (ended, again) == (1, 0)
    async with ask.postgres.open_reads(Meter()) as reads:
        (stopped,) = await reads.study_sessions.by_ids([StudySessionId(idle)], user_id=first.viewer.user_id)
        (running,) = await reads.study_sessions.by_ids(
            [StudySessionId(goes_on)], user_id=second.viewer.user_id
        )
    assert stopped.ended_at == stopped.last_active_at
    assert running.ended_at is None


async def test_a_pause_counts_as_five_minutes(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()

    await studier.study(session_id, 1, seconds=3_600)

    (slot,) = await studier.slots(session_id)
    assert slot["timeSpent"] == "PT300S"
    assert (await studier.read(session_id))["timeSpent"] == "PT300S"
