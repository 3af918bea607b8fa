"""Suspended learners leave every board at once and come back; anonymised ones stay."""

from domain.accounts.users import Viewer
from domain.gamification import leaderboard_projection, xp
from domain.gamification.leaderboards import LeaderboardScope, LeaderboardWindow, board_of
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.builders.xp import an_award
from tests.support.accounts import accepted, an_admin
from tests.support.schema_client import Asker

BOARDS = """{ all: leaderboard(scope: GLOBAL, window: ALL_TIME) { total entries { rank user { id } } }
  week: leaderboard(scope: GLOBAL, window: WEEKLY) { total entries { rank user { id } } } }"""


async def earn(ask: Asker, user_id: str, amount: int) -> None:
    given = an_award(user_id, amount=amount, source_id=mint("attempt"), occurred_at=ask.clock())
    async with ask.postgres.open_work(Meter()) as work:
        await xp.award(work.xp, [given], mint=mint, emit=work.emit)
    async with ask.postgres.open_work(Meter()) as work:
        await leaderboard_projection.project(work.boards_projection, now=ask.clock(), emit=work.emit)


async def show_lapsed(ask: Asker) -> None:
    async with ask.postgres.open_work(Meter()) as work:
        await leaderboard_projection.show_lapsed(work.boards_projection, now=ask.clock(), emit=work.emit)


async def places(ask: Asker, viewer: Viewer) -> list[tuple[int, str]]:
    """Return ranks and learners, which are the same on the board of all time and on that of the week."""
    data = await ask.data(BOARDS, viewer)
    boards = [[(e["rank"], e["user"]["id"]) for e in data[name]["entries"]] for name in ("all", "week")]
    assert boards[0] == boards[1]
    assert data["all"]["total"] == len(boards[0])
    return boards[0]


async def test_a_suspended_learner_leaves_every_board_at_once_and_comes_back(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    (ada, viewer), (eve, _) = await ask.learner(), await ask.learner()
    await earn(ask, eve.id, 200)
    await earn(ask, ada.id, 100)
    before = await places(ask, viewer)

    await accepted(ask, admin, "suspendUser", userId=eve.id, reason="A script.")
    during = await places(ask, viewer)
    await earn(ask, eve.id, 50)
    still = await places(ask, viewer)
    await accepted(ask, admin, "restoreUser", userId=eve.id)

    assert before == [(1, eve.id), (2, ada.id)]
    assert during == still == [(1, ada.id)]
    assert await places(ask, viewer) == before


async def test_a_suspension_that_ends_by_itself_brings_the_learner_back(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    (ada, viewer), (eve, _) = await ask.learner(), await ask.learner()
    await earn(ask, eve.id, 200)
    await earn(ask, ada.id, 100)
    await accepted(ask, admin, "suspendUser", userId=eve.id, reason="Spam.", until="2026-03-02T10:00:00Z")

    ask.clock.forward(minutes=59)
    await show_lapsed(ask)
    early = await places(ask, viewer)
    ask.clock.forward(minutes=1)
    await show_lapsed(ask)

    assert early == [(1, ada.id)]
    assert await places(ask, viewer) == [(1, eve.id), (2, ada.id)]


async def test_a_rebuilt_board_leaves_out_who_is_suspended(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    (ada, viewer), (eve, _) = await ask.learner(), await ask.learner()
    await earn(ask, eve.id, 200)
    await earn(ask, ada.id, 100)
    await accepted(ask, admin, "suspendUser", userId=eve.id, reason="A script.")

    for window in LeaderboardWindow:
        board = board_of(LeaderboardScope.GLOBAL, window, ask.clock())
        async with ask.postgres.open_work(Meter()) as work:
            await leaderboard_projection.rebuild(
                work.boards_projection, board=board, now=ask.clock(), emit=work.emit
            )

    assert await places(ask, viewer) == [(1, ada.id)]
