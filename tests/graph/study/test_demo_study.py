"""Demo study: the demo learners have studied, by the same verbs as clients."""

import pytest

from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.commands import seeding
from tests.support.schema_client import Asker, viewer_of

pytestmark = pytest.mark.slow
STUDIED = "{ viewer { studySessions { nodes { questionsAnswered rightAnswers } } streak { current } } }"


async def test_a_demo_learner_has_studied(ask: Asker) -> None:
    await seeding.seed(ask.postgres)
    async with ask.postgres.open_reads(Meter()) as reads:
        ada = await reads.users.by_handle("ada")
    assert ada is not None
    ask.clock.moment = secrets_and_ids.now()

    found = (await ask.data(STUDIED, viewer_of(ada.id)))["viewer"]

    assert found["studySessions"]["nodes"] == [{"questionsAnswered": 6, "rightAnswers": 6}]
    assert found["streak"]["current"] >= 1
