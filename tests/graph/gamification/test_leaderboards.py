"""Leaderboards through the schema."""

from collections.abc import Sequence
from typing import Any

import pytest

from domain.gamification.leaderboards import Board, BoardPage
from domain.ids import UserId
from persistence.gamification.leaderboards import SqlBoards
from tests.support.clients.board_client import BOARD, RANKING, board, earn
from tests.support.schema_client import Asker, needs_plans


async def test_the_board_shows_the_first_entries_the_viewers_and_their_neighbours(ask: Asker) -> None:
    learners = [await ask.learner() for _ in range(6)]
    await earn(ask, *((user, 100 - 10 * min(n, 4)) for n, (user, _) in enumerate(learners)))
    (me, viewer) = learners[3]

    shown = await board(ask, viewer, first=2, n=1)

    assert (shown["scope"], shown["window"], shown["total"]) == ("GLOBAL", "ALL_TIME", 6)
    assert [(e["rank"], e["xp"], e["user"]["id"]) for e in shown["entries"]] == [
        (1, 100, learners[0][0].id),
        (2, 90, learners[1][0].id),
    ]
    assert (shown["viewerEntry"]["rank"], shown["viewerEntry"]["user"]["id"]) == (4, me.id)
    assert [(e["rank"], e["isViewer"]) for e in shown["around"]] == [(3, False), (4, True), (5, False)]
    assert ask.statements <= 4


async def test_an_anonymous_caller_sees_the_board_without_an_own_entry(ask: Asker) -> None:
    (user, _) = await ask.learner()
    await earn(ask, (user, 10))

    shown = await board(ask)

    assert [e["isViewer"] for e in shown["entries"]] == [False]
    assert (shown["viewerEntry"], shown["around"]) == (None, [])


async def test_a_learner_without_xp_has_no_entry(ask: Asker) -> None:
    _, viewer = await ask.learner()

    shown = await board(ask, viewer)

    assert (shown["entries"], shown["viewerEntry"], shown["around"], shown["total"]) == ([], None, [], 0)
    assert shown["version"] == "0"


async def test_the_weekly_board_starts_empty_on_monday(ask: Asker) -> None:
    (user, viewer) = await ask.learner()
    await earn(ask, (user, 10))
    before = await board(ask, viewer, window="WEEKLY")

    ask.clock.forward(days=7)
    after = await board(ask, viewer, window="WEEKLY")

    assert [e["xp"] for e in before["entries"]] == [10]
    assert (after["entries"], after["viewerEntry"]) == ([], None)
    assert int(after["version"]) >= int(before["version"])
    assert [e["xp"] for e in (await board(ask, viewer))["entries"]] == [10]


@pytest.mark.parametrize(
    ("variables", "field"),
    [({"first": -1}, "first"), ({"first": 101}, "first"), ({"n": -1}, "n"), ({"n": 26}, "n")],
)
async def test_a_size_out_of_range_fails_its_field_with_the_argument(
    ask: Asker, variables: dict[str, Any], field: str
) -> None:
    (user, viewer) = await ask.learner()
    await earn(ask, (user, 10))

    response = await ask(BOARD, viewer, **variables)

    (error,) = response["errors"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_USER_INPUT", field)
    assert response["data"]["leaderboard"]["total"] == 1


async def test_a_query_takes_the_same_statements_for_1_10_and_100_learners(ask: Asker) -> None:
    counts, known = [], 0
    for size in (1, 10, 100):
        await earn(ask, *[((await ask.learner())[0], 10 + n) for n in range(known, size)])
        known = size
        shown = await board(ask, first=100)
        assert len(shown["entries"]) == size
        counts.append(ask.statements)

    assert counts == [2, 2, 2]


async def test_the_whole_board_comes_page_by_page(ask: Asker) -> None:
    learners = [await ask.learner() for _ in range(7)]
    await earn(ask, *((user, 10 + n % 3) for n, (user, _) in enumerate(learners)))

    ranks, after = [], None
    while True:
        page = (await ask.data(RANKING, learners[0][1], first=3, after=after))["leaderboard"]["ranking"]
        ranks += [node["rank"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert ranks == [1, 1, 3, 3, 5, 5, 5]


@pytest.mark.parametrize("after", ["", "x", "WzFd", "WyJhIiwiYiIsImMiXQ", "\0"])
async def test_a_malformed_cursor_is_bad_user_input(ask: Asker, after: str) -> None:
    response = await ask(RANKING, None, first=3, after=after)

    assert [e["extensions"]["code"] for e in response["errors"]] == ["BAD_USER_INPUT"]
    assert ask.defects == []


@needs_plans
async def test_a_query_reads_no_more_of_the_board_than_it_shows(ask: Asker) -> None:
    learners = [await ask.learner() for _ in range(4)]
    await earn(ask, *((user, 10 + n) for n, (user, _) in enumerate(learners)))
    asked: list[tuple[int, int]] = []
    page = SqlBoards.page

    async def noted(boards: SqlBoards, place: Board, *, top: int, viewers: Sequence[UserId]) -> BoardPage:
        asked.append((top, len(viewers)))
        return await page(boards, place, top=top, viewers=viewers)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqlBoards, "page", noted)
        await ask.data("{ leaderboard { total } }", learners[0][1])
        await ask.data("{ leaderboard { total viewerEntry { rank } } }", learners[0][1])
        await ask.data("{ leaderboard { a: entries(first: 1) { xp } b: entries(first: 3) { xp } } }")

    assert asked == [(0, 0), (0, 1), (3, 0)]
