"""Demo chats: the demo learners have asked, and jobs give their chats titles and suggested questions."""

import pytest

from domain.chats import chat_jobs
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.commands import seeding
from tests.support.chats import run_answer, run_following
from tests.support.schema_client import Asker, viewer_of

pytestmark = pytest.mark.slow
CHATS = """{ viewer { chats { nodes { topic title messageCount suggestedQuestions
  messages(last: 10) { nodes { id question answer state } } } } } }"""


async def test_a_demo_learner_has_explored(ask: Asker) -> None:
    await seeding.seed(ask.postgres)
    async with ask.postgres.open_reads(Meter()) as reads:
        ada = await reads.users.by_handle("ada")
    assert ada is not None
    ask.clock.moment = secrets_and_ids.now()
    viewer = viewer_of(ada.id)
    first, second = (await ask.data(CHATS, viewer))["viewer"]["chats"]["nodes"][0]["messages"]["nodes"]

    outcomes = [
        await run_answer(ask, second["id"]),
        await run_following(ask, chat_jobs.ENTITLE.name, first["id"]),
        await run_following(ask, chat_jobs.SUGGEST.name, second["id"]),
    ]

    (chat,) = (await ask.data(CHATS, viewer))["viewer"]["chats"]["nodes"]
    assert outcomes == ["ENDED", "KEPT", "KEPT"]
    assert "```python" in second["answer"]
    assert (first["state"], second["state"], chat["messageCount"]) == ("DONE", "DONE", 2)
    assert chat["title"]
    assert chat["suggestedQuestions"]
