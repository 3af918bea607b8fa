"""Secrecy of cards: what their logs tell is left out of the export while an open attempt asks the question."""

import json
from typing import Any

from domain.unit_of_work import Meter
from tests.support.attempts import a_twin_of
from tests.support.reviews import with_wrong_answers
from tests.support.schema_client import Asker


async def test_the_export_leaves_out_what_a_held_card_tells(ask: Asker) -> None:
    taker = await with_wrong_answers(ask, wrong=5)
    before = await exported(ask, taker.viewer.user_id)
    twin = await a_twin_of(taker, 2, corrected=True)
    await twin.start_attempt("twin")

    cards, log = await exported(ask, taker.viewer.user_id)

    assert all("state" in card for card in before[0])
    assert sum("state" in card for card in cards) == 3
    assert sum("rating" in entry for entry in log) == 3
    assert len(cards) == len(log) == 5


async def exported(ask: Asker, user_id: Any) -> list[list[dict[str, Any]]]:
    async with ask.postgres.open_reads(Meter()) as reads:
        found = await reads.exports.sections(user_id)
    return [json.loads(found[name]) for name in ("review_cards", "review_log")]
