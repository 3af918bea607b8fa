"""The author that needs no language model: an answer for each purpose, the same for the same request."""

import pytest

from domain.ai.assistants import CallUsage
from domain.ai.errors import AiOutputRefusedError, UnknownModelError
from domain.ai.requests import Purpose
from tests.support.ai_calls import ANYTHING, REFUSED, TEXTS, a_request
from tests.support.schema_client import Asker


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose not in TEXTS])
async def test_structured_answers_are_the_same_for_the_same_request(ask: Asker, purpose: Purpose) -> None:
    _, viewer = await ask.learner()

    once = await ask.ports.assistant.write(a_request(viewer, purpose), ANYTHING)
    again = await ask.ports.assistant.write(a_request(viewer, purpose), ANYTHING)

    assert once.value == again.value
    assert all(once.value.values())
    assert once.tokens_in > 0 < once.tokens_out


@pytest.mark.parametrize("purpose", sorted(TEXTS, key=str))
async def test_texts_come_in_pieces(ask: Asker, purpose: Purpose) -> None:
    _, viewer = await ask.learner()
    whole = await ask.ports.assistant.text(a_request(viewer, purpose))

    *pieces, usage = [piece async for piece in ask.ports.assistant.stream(a_request(viewer, purpose))]

    assert "".join(pieces) == whole.value
    assert len(pieces) > 1
    assert isinstance(usage, CallUsage)


async def test_an_answer_that_a_check_refuses_is_refused_with_the_findings(ask: Asker) -> None:
    _, viewer = await ask.learner()

    with pytest.raises(AiOutputRefusedError) as refused:
        await ask.ports.assistant.write(a_request(viewer, Purpose.TOPICS), REFUSED)

    assert refused.value.findings == ["A test says no."]


async def test_a_model_that_is_not_offered_is_refused(ask: Asker) -> None:
    _, viewer = await ask.learner()

    with pytest.raises(UnknownModelError):
        await ask.ports.assistant.text(a_request(viewer, model="another"))
