"""What goes to a provider in every scene: no address, no secret, and no key of a question that an attempt asks."""

import pytest

from domain.unit_of_work import Meter
from tests.support.canaries import shown
from tests.support.prompt_scenes import SCENES, Scene
from tests.support.recorded_prompts import recording
from tests.support.schema_client import Asker

OF_USERS = "SELECT email FROM users UNION ALL SELECT password_hash FROM users WHERE password_hash IS NOT NULL"


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_no_secret_enters_a_prompt(ask: Asker, scene: Scene) -> None:
    recorder = recording(ask)

    secrets = await scene(ask)

    async with ask.postgres.open_work(Meter()) as work:
        secrets += [str(row[0]) for row in await work.connection.raw.fetch(OF_USERS)]
    secrets += [ask.ports.refresh_secret.decode(), ask.ports.refresh_secret.hex()]
    assert recorder.calls
    assert [secret for secret in secrets if secret in recorder.text] == []
    assert shown(recorder.text) == set()
