"""Language models over real HTTP: what is sent, what is read, and what becomes of bad answers."""

import asyncio
import json
from dataclasses import replace

import pytest

from domain.ai.assistants import CallUsage
from domain.ai.calls import AiCallStatus
from domain.ai.errors import AiOutputRefusedError, AiUnavailableError, PromptTooLongError, UnknownModelError
from domain.ai.requests import OutputShape, Purpose, Speaker, Turn
from domain.dependency_table import AI_PROVIDER
from gateway.ai import capped_transport, network_providers
from tests.builders.ai import a_model
from tests.gateway.ai.conftest import PATIENT, AiWorld
from tests.support.ai_server import (
    BUSY,
    BUSY_FOR_LONG,
    CUT,
    DOWN,
    EMPTY,
    HALF_JSON,
    HTML,
    HUGE,
    NOTHING,
    REJECTED,
    SENT_HUGE,
    SILENT,
    WRONG_KEY,
    Reply,
    answers,
)

MUTE = Reply("", how="silent")
GOOD = {"topics": ["lists", "sets"]}


def read(value: object) -> list[str]:
    if not isinstance(value, dict) or not isinstance(value.get("topics"), list):
        raise ValueError("The answer needs a list of topics.")  # noqa: TRY004 - as every `read` does
    return value["topics"]


SHAPE = OutputShape(
    read=read,
    schema={"type": "object", "properties": {"topics": {"type": "array", "items": {"type": "string"}}}},
    check=lambda topics: [] if len(topics) > 1 else ["There must be two topics."],
)


async def test_an_answer_comes_in_pieces_and_is_stored_without_a_word_of_it(world: AiWorld) -> None:
    world.main.will(Reply("A list holds values in order.", counts=(321, 12)))

    *pieces, usage = [piece async for piece in world.assistant().stream(world.request())]

    assert "".join(pieces) == "A list holds values in order."
    assert len(pieces) > 1
    assert isinstance(usage, CallUsage)
    (call,) = await world.calls()
    assert (call.status, call.model, call.provider, call.attempts) == (
        AiCallStatus.ANSWERED,
        "first",
        "main",
        1,
    )
    assert (call.tokens_in, call.tokens_out, call.cost) == (321, 12, 105)
    assert (usage.call_id, usage.cost) == (call.id, call.cost)
    assert world.main.keys == ["Bearer key-of-main"]


async def test_the_request_has_instructions_turns_and_a_bound(world: AiWorld) -> None:
    turns = (
        Turn(speaker=Speaker.LEARNER, text="What is a <set>?"),
        Turn(speaker=Speaker.AUTHOR, text="Values, each once."),
    )

    await world.assistant().text(world.request(turns=turns, longest=77))

    (sent,) = world.main.requests
    assert [message["role"] for message in sent["messages"]] == ["system", "user", "assistant", "user"]
    assert "&lt;set&gt;" in sent["messages"][1]["content"]
    assert (sent["model"], sent["stream"]) == ("first", True)
    assert 77 in (sent.get("max_tokens"), sent.get("max_completion_tokens"))


async def test_the_same_request_goes_to_a_model_of_the_other_kind(world: AiWorld) -> None:
    written = await world.assistant().text(world.request(model="other"))

    assert written.value == world.second.usual.text
    assert (written.tokens_in, written.tokens_out) == (100, 20)
    (sent,) = world.second.requests
    assert (sent["model"], sent["max_tokens"]) == ("other", 500)
    assert "What is a list?" in json.dumps(sent["messages"])
    assert world.second.keys == ["Bearer key-of-second"]
    assert world.main.requests == []


@pytest.mark.parametrize(
    ("model", "place"),
    [("first", "response_format"), ("other", "system"), ("claude-sonnet-5", "output_config")],
)
async def test_a_shape_is_sent_as_schema_and_read(world: AiWorld, model: str, place: str) -> None:
    for server in (world.main, world.second):
        server.will(answers(GOOD))

    written = await world.assistant().write(world.request(Purpose.TOPICS, model=model), SHAPE)

    assert written.value == ["lists", "sets"]
    (sent,) = [*world.main.requests, *world.second.requests]
    assert "topics" in json.dumps(sent[place])


@pytest.mark.parametrize(
    "bad", [HALF_JSON, answers({"topics": ["one"]}), answers([]), Reply("no JSON at all")]
)
async def test_a_wrong_answer_is_asked_for_once_more_with_what_was_wrong(world: AiWorld, bad: Reply) -> None:
    world.main.will(bad, answers(GOOD))

    written = await world.assistant().write(world.request(Purpose.TOPICS), SHAPE)

    assert written.value == ["lists", "sets"]
    _, again = world.main.requests
    assert again["messages"][-2] == {"role": "assistant", "content": bad.text}
    assert "Answer once more" in again["messages"][-1]["content"]
    assert written.tokens_in == 200


async def test_a_second_wrong_answer_is_refused_with_the_findings(world: AiWorld) -> None:
    world.main.will(HALF_JSON, answers({"topics": ["one"]}))

    with pytest.raises(AiOutputRefusedError) as refused:
        await world.assistant().write(world.request(Purpose.TOPICS), SHAPE)

    assert refused.value.findings == ["There must be two topics."]
    assert [call.status for call in await world.calls()] == [AiCallStatus.REFUSED]


async def test_json_in_a_fence_of_markdown_is_read(world: AiWorld) -> None:
    world.main.will(Reply(f"```json\n{json.dumps(GOOD)}\n```"))

    assert (await world.assistant().write(world.request(Purpose.TOPICS), SHAPE)).value == ["lists", "sets"]


@pytest.mark.parametrize(
    "bad", [BUSY, CUT, DOWN, EMPTY, HTML, NOTHING, SILENT], ids=lambda reply: f"{reply.how}-{reply.status}"
)
async def test_a_failure_is_tried_again_and_then_the_next_model_answers(world: AiWorld, bad: Reply) -> None:
    world.main.will(bad, bad)
    patience = replace(PATIENT, silence_s=3) if bad is SILENT else PATIENT

    written = await world.assistant(patience=patience).text(world.request())

    assert (written.value, written.model) == (world.second.usual.text, "other")
    assert len(world.main.requests) == 2
    (call,) = await world.calls()
    assert (call.attempts, call.provider, call.status) == (3, "second", AiCallStatus.ANSWERED)


@pytest.mark.parametrize("bad", [BUSY_FOR_LONG, WRONG_KEY, REJECTED], ids=["retry-after", "key", "rejected"])
async def test_what_would_fail_again_goes_to_the_next_model_at_once(world: AiWorld, bad: Reply) -> None:
    world.main.will(bad)

    assert (await world.assistant().text(world.request())).model == "other"
    assert len(world.main.requests) == 1


async def test_an_answer_of_fifty_megabytes_is_not_read(world: AiWorld) -> None:
    world.main.will(HUGE)

    written = await world.assistant(patience=replace(PATIENT, tries=1)).text(world.request())

    assert written.model == "other"
    await asyncio.wait_for(world.main.disconnected.wait(), 5)
    assert world.main.sent < capped_transport.MOST_BYTES + 10_000_000 < SENT_HUGE


async def test_without_any_answer_nothing_is_spent(world: AiWorld) -> None:
    for server in (world.main, world.second):
        server.usual = DOWN

    with pytest.raises(AiUnavailableError):
        await world.assistant().text(world.request())

    (call,) = await world.calls()
    assert (call.status, call.tokens_in, call.tokens_out, call.cost) == (AiCallStatus.UNAVAILABLE, 0, 0, 0)


@pytest.mark.parametrize("silence_s", [0.3, 30], ids=["by-the-chain", "by-the-client"])
@pytest.mark.parametrize("name", ["main", "second"])
async def test_a_request_that_gets_no_word_in_time_costs_its_prompt(
    world: AiWorld, silence_s: float, name: str
) -> None:
    server = {"main": world.main, "second": world.second}[name]
    server.usual = MUTE
    kind, url = ("openai", server.url) if name == "main" else ("anthropic", server.url.removesuffix("/v1"))
    patience = replace(PATIENT, silence_s=silence_s, timeout_s=30, tries=1)

    async with network_providers.opened(name, kind, url, "key", silence_s=0.6) as provider:
        world.providers[name] = provider
        assistant = world.assistant(patience=patience, models=[a_model("first", provider=name)])
        with pytest.raises(AiUnavailableError):
            await assistant.text(world.request())

    (call,) = await world.calls()
    assert (call.status, call.tokens_out) == (AiCallStatus.UNAVAILABLE, 0)
    assert call.tokens_in > 50
    assert call.cost > 0


async def test_a_request_that_is_cancelled_before_its_first_word_costs_its_prompt(world: AiWorld) -> None:
    world.main.usual = MUTE
    patient = replace(PATIENT, silence_s=30, timeout_s=30)
    task = asyncio.create_task(world.assistant(patience=patient).text(world.request()))
    while not world.main.requests:
        await asyncio.sleep(0.01)

    task.cancel()
    await asyncio.wait({task})

    (call,) = await world.calls()
    assert (call.status, call.tokens_out) == (AiCallStatus.CANCELLED, 0)
    assert call.tokens_in > 50


async def test_a_request_that_no_model_takes_is_refused(world: AiWorld) -> None:
    for server in (world.main, world.second):
        server.usual = REJECTED

    with pytest.raises(AiOutputRefusedError):
        await world.assistant().text(world.request())

    assert not world.ask.ports.breakers.is_open(AI_PROVIDER, "main")


async def test_a_stream_that_breaks_off_ends_with_an_error_and_is_paid_for(world: AiWorld) -> None:
    world.main.will(CUT)
    stream = world.assistant().stream(world.request())

    heard = [await anext(stream) for _ in CUT.pieces]
    with pytest.raises(AiUnavailableError):
        await anext(stream)

    assert heard == CUT.pieces
    (call,) = await world.calls()
    assert call.status is AiCallStatus.UNAVAILABLE
    assert call.tokens_out == 8
    assert call.tokens_in > 50


async def test_closing_a_stream_closes_the_connection_to_the_provider(world: AiWorld) -> None:
    world.main.will(Reply("word " * 1_000, pause_s=0.02))
    stream = world.assistant().stream(world.request())
    await anext(stream)

    await stream.aclose()

    await asyncio.wait_for(world.main.disconnected.wait(), 2)
    (call,) = await world.calls()
    assert call.status is AiCallStatus.CANCELLED
    assert 0 < call.tokens_out < 100


async def test_cancelling_a_job_closes_the_connection_to_the_provider(world: AiWorld) -> None:
    world.main.will(Reply("word " * 1_000, pause_s=0.02))
    task = asyncio.create_task(world.assistant().text(world.request()))
    while not world.main.requests:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)

    task.cancel()
    await asyncio.wait({task})

    await asyncio.wait_for(world.main.disconnected.wait(), 2)
    assert task.cancelled()
    assert [call.status for call in await world.calls()] == [AiCallStatus.CANCELLED]


async def test_slow_tokens_are_waited_for_up_to_the_time_limit(world: AiWorld) -> None:
    world.main.usual = Reply("x" * 120, pause_s=0.05)

    assert (await world.assistant().text(world.request())).model == "first"
    hasty = replace(PATIENT, timeout_s=0.2, tries=1)
    assert (await world.assistant(patience=hasty).text(world.request())).model == "other"


async def test_a_provider_that_counts_no_tokens_is_estimated(world: AiWorld) -> None:
    world.main.will(Reply("x" * 300, counts=None))

    assert (await world.assistant().text(world.request())).tokens_out == 100


async def test_a_long_text_in_any_script_arrives_as_it_is(world: AiWorld) -> None:
    text = "".join(map(chr, range(0x20))) + "naïve 日本語 العربية 🏳️‍🌈\u202e " + "x" * 100_000

    await world.assistant(models=[a_model("first", context=200_000)]).text(world.request(text=text))

    assert text in world.main.requests[0]["messages"][-1]["content"]


async def test_a_text_that_does_not_fit_is_refused_before_anything_is_sent(world: AiWorld) -> None:
    with pytest.raises(PromptTooLongError):
        await world.assistant(models=[a_model("first", context=20_000)]).text(
            world.request(text="x" * 100_000)
        )
    with pytest.raises(UnknownModelError):
        await world.assistant().text(world.request(model="unknown"))

    assert world.main.requests == []
    assert await world.calls() == []
