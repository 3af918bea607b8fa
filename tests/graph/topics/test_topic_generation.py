"""Topics that a language model names, by a job."""

from dataclasses import replace
from typing import Any

import pytest

from domain.ai.assistants import Written
from domain.ai.errors import AiOutputRefusedError
from domain.ai.requests import AiRequest, Purpose
from domain.topics import topic_jobs
from domain.unit_of_work import Meter
from tests.support.accounts import accepted, mutate, refusal
from tests.support.chats import quotas_of
from tests.support.clients.quality import run_jobs
from tests.support.schema_client import Asker
from tests.support.topics import a_chain, a_subtopic, read_chain

CHAINS = "{ viewer { topicChains { nodes { id } } } }"
STARTED = "job { id kind state } topic { id name path }"


class Spy:
    """The assistant, which keeps what it was asked."""

    def __init__(self, real: Any) -> None:
        self.real, self.asked = real, []
        self.models, self.quotas = real.models, real.quotas

    async def write(self, request: AiRequest, shape: Any, **_: Any) -> Written[Any]:
        self.asked.append(request)
        return await self.real.write(request, shape)


async def generate(ask: Asker, viewer: Any, **given: Any) -> dict[str, Any]:
    return await accepted(ask, viewer, "generateTopics", STARTED, **given)


async def test_a_path_is_answered_with_a_job_that_adds_subtopics(ask: Asker) -> None:
    _, viewer = await ask.learner()

    started = await generate(ask, viewer, below={"path": "Python > Functions"}, count=4)
    results = await run_jobs(ask, "generate_topics")

    chain = await read_chain(ask, viewer, (await a_chain(ask, viewer))["publicId"])
    made = [topic for topic in chain["topics"]["nodes"] if topic["isGenerated"]]
    assert (started["job"]["kind"], started["job"]["state"]) == ("generate_topics", "QUEUED")
    assert started["topic"]["path"] == "Python > Functions"
    assert results == [{"added": 4}]
    assert [(topic["name"], topic["difficulty"]) for topic in made] == [
        ("Calling a function", 0),
        ("Parameters and arguments", 1),
        ("Return values", 2),
        ("Default values", 3),
    ]
    assert {topic["parent"]["name"] for topic in made} == {"Functions"}
    assert all(topic["description"] for topic in made)


async def test_the_job_is_the_learners_and_reports_its_progress(ask: Asker) -> None:
    _, viewer = await ask.learner()
    started = await generate(ask, viewer, below={"path": "SQL"})
    shown = "query ($id: ID!) { node(id: $id) { ... on Job { state progress result } } }"

    await run_jobs(ask, "generate_topics")

    job = (await ask.data(shown, viewer, id=started["job"]["id"]))["node"]
    _, other = await ask.learner()
    assert (job["state"], job["progress"], job["result"]) == ("SUCCEEDED", 100, {"added": 6})
    assert (await ask.data(shown, other, id=started["job"]["id"]))["node"] is None


async def test_a_second_run_of_the_job_adds_nothing(ask: Asker) -> None:
    _, viewer = await ask.learner()
    chain = await a_chain(ask, viewer)
    await generate(ask, viewer, below={"chainId": chain["id"]}, count=4)
    await run_jobs(ask, "generate_topics")
    before = await read_chain(ask, viewer, chain["publicId"])

    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute(
            "UPDATE jobs SET state = 'QUEUED', finished_at = NULL, next_run_at = $1", ask.clock()
        )
    assert await run_jobs(ask, "generate_topics") == [{"added": 4}]

    assert await read_chain(ask, viewer, chain["publicId"]) == before


async def test_known_names_are_told_to_the_model_and_left_out(ask: Asker, monkeypatch) -> None:
    _, viewer = await ask.learner()
    chain = await a_chain(ask, viewer, "Gardening > Compost")
    above = chain["baseTopics"][1]["id"]
    await a_subtopic(ask, viewer, above, "WHAT COMPOST IS FOR")
    spy = Spy(ask.ports.assistant)
    monkeypatch.setattr(ask.ports, "assistant", spy)

    await generate(ask, viewer, below={"topicId": above}, count=3)
    await run_jobs(ask, "generate_topics")

    (request,) = spy.asked
    assert (request.purpose, request.prompt, request.caller_id) == (Purpose.TOPICS, "topics", viewer.user_id)
    assert request.quoted == {"path": "Gardening > Compost", "existing": "WHAT COMPOST IS FOR"}
    assert request.values == {"count": 3}
    names = [t["name"] for t in (await read_chain(ask, viewer, chain["publicId"]))["topics"]["nodes"]]
    assert [name for name in names if "what compost" in name.casefold()] == ["WHAT COMPOST IS FOR"]
    assert len(names) == 6


async def test_a_second_request_returns_the_job_that_waits(ask: Asker) -> None:
    _, viewer = await ask.learner()
    chain = await a_chain(ask, viewer)

    first = await generate(ask, viewer, below={"chainId": chain["id"]})
    second = await generate(ask, viewer, below={"path": "python > functions"})
    elsewhere = await generate(ask, viewer, below={"topicId": chain["baseTopics"][0]["id"]})

    assert second["job"]["id"] == first["job"]["id"] != elsewhere["job"]["id"]
    assert await run_jobs(ask, "generate_topics") == [{"added": 6}, {"added": 6}]


async def test_what_is_deleted_meanwhile_gets_no_topics(ask: Asker, monkeypatch) -> None:
    _, viewer = await ask.learner()
    chain = await a_chain(ask, viewer)
    topic = await a_subtopic(ask, viewer, chain["baseTopics"][1]["id"])
    await generate(ask, viewer, below={"topicId": topic["id"]})

    class Slow(Spy):
        async def write(self, request: AiRequest, shape: Any, **_: Any) -> Written[Any]:
            await accepted(ask, viewer, "removeTopic", id=topic["id"])
            return await super().write(request, shape)

    monkeypatch.setattr(ask.ports, "assistant", Slow(ask.ports.assistant))
    assert await run_jobs(ask, "generate_topics") == [{"added": 0}]
    monkeypatch.undo()

    await generate(ask, viewer, below={"chainId": chain["id"]})
    await accepted(ask, viewer, "deleteTopicChain", id=chain["id"])
    assert await run_jobs(ask, "generate_topics") == [{"added": 0}]


async def test_a_job_of_an_erased_account_ends_quietly(ask: Asker, monkeypatch) -> None:
    _, viewer = await ask.learner()
    await generate(ask, viewer, below={"path": "SQL"})

    class Late(Spy):
        async def write(self, request: AiRequest, shape: Any, **_: Any) -> Written[Any]:
            async with ask.postgres.open_work(Meter()) as work:
                await work.connection.raw.execute("UPDATE users SET erased_at = $1", ask.clock())
            return await super().write(request, shape)

    monkeypatch.setattr(ask.ports, "assistant", Late(ask.ports.assistant))

    assert await run_jobs(ask, "generate_topics") == [None]


async def test_an_answer_that_is_refused_twice_changes_nothing(ask: Asker, monkeypatch) -> None:
    _, viewer = await ask.learner()
    chain = await a_chain(ask, viewer)
    await generate(ask, viewer, below={"chainId": chain["id"]})

    class Refusing:
        async def write(self, _request: AiRequest, _shape: Any, **_: Any) -> Written[Any]:
            raise AiOutputRefusedError("The answer was not fit to keep; try again.", findings=["empty"])

    monkeypatch.setattr(ask.ports, "assistant", Refusing())
    with pytest.raises(AiOutputRefusedError):
        await run_jobs(ask, "generate_topics")

    assert (await read_chain(ask, viewer, chain["publicId"]))["progress"]["topics"] == 2


async def test_a_chain_takes_no_more_topics_than_it_has_room_for(ask: Asker, monkeypatch) -> None:
    _, viewer = await ask.learner()
    chain = await a_chain(ask, viewer)
    monkeypatch.setattr(topic_jobs.topic_changes, "MOST_TOPICS", 4)
    await generate(ask, viewer, below={"chainId": chain["id"]})

    assert await run_jobs(ask, "generate_topics") == [{"added": 2}]
    assert await refusal(ask, viewer, "generateTopics", below={"chainId": chain["id"]}) == (
        "TooManyTopics",
        "below",
    )


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"below": {"path": "a > "}}, "below"),
        ({"below": {"path": "a"}, "count": 0}, "count"),
        ({"below": {"path": "a"}, "count": 21}, "count"),
    ],
)
async def test_wrong_requests_are_refused_and_make_no_chain(ask: Asker, given, field: str) -> None:
    _, viewer = await ask.learner()

    assert await refusal(ask, viewer, "generateTopics", **given) == ("InvalidInput", field)
    assert await run_jobs(ask, "generate_topics") == []
    assert await ask.data(CHAINS, viewer) == {"viewer": {"topicChains": {"nodes": []}}}


async def test_an_unknown_model_has_its_code_and_an_offered_one_is_asked(ask: Asker) -> None:
    _, viewer = await ask.learner()
    below = {"path": "SQL"}

    refused = await mutate(ask, viewer, "generateTopics", below=below, model="unheard-of")
    none = await ask.data(CHAINS, viewer)
    await generate(ask, viewer, below=below, model=ask.ports.assistant.models[0].name)

    (error,) = refused["userErrors"]
    assert (error["code"], error["field"]) == ("UNKNOWN_MODEL", "model")
    assert none == {"viewer": {"topicChains": {"nodes": []}}}
    assert await run_jobs(ask, "generate_topics") == [{"added": 6}]


async def test_a_used_up_quota_starts_no_job_and_makes_no_chain(ask: Asker) -> None:
    _, viewer = await ask.learner()
    running = await generate(ask, viewer, below={"path": "SQL"})
    ask.ports.assistant = replace(ask.ports.assistant, quotas=quotas_of(0))  # type: ignore[type-var]

    refused = await refusal(ask, viewer, "generateTopics", below={"path": "a"})
    same = await generate(ask, viewer, below={"path": "SQL"})

    assert refused[0] == "AiQuotaReached"
    assert same["job"]["id"] == running["job"]["id"]
    assert len((await ask.data(CHAINS, viewer))["viewer"]["topicChains"]["nodes"]) == 1
