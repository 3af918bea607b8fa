"""Generated sections of threads, and chats of contents: what the language model gets, and what is stored."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from domain.ai.errors import AiOutputRefusedError, AiUnavailableError
from domain.ai.requests import AiRequest, OutputShape
from domain.errors import NotFoundError, UnavailableError
from domain.threads import section_generation
from domain.threads.section_generation import Section
from domain.unit_of_work import Meter
from tests.support.accounts import accepted, mutate, refusal
from tests.support.chats import quotas_of
from tests.support.clients.quality import run_jobs
from tests.support.schema_client import Asker
from tests.support.threads import a_thread, contents, titles, version

KIND = section_generation.GENERATE.name


class Heard:
    """Passes requests on to another assistant, and keeps them."""

    def __init__(self, assistant: Any, before: Any = None) -> None:
        self.requests: list[AiRequest] = []
        self._assistant = assistant
        self._before = before
        self.models, self.quotas = assistant.models, assistant.quotas

    async def write(self, request: AiRequest, shape: OutputShape[Any], **_: Any) -> Any:
        self.requests.append(request)
        if self._before is not None:
            await self._before()
        return await self._assistant.write(request, shape)

    def stream(self, request: AiRequest) -> Any:
        self.requests.append(request)
        return self._assistant.stream(request)

    async def text(self, request: AiRequest, **_: Any) -> Any:
        return await self._assistant.text(request)


async def generate(
    ask: Asker, viewer: Any, thread_id: str, topic: str = "Hash tables", count: int = 3
) -> str:
    payload = await accepted(
        ask,
        viewer,
        "generateThreadContents",
        "job { id kind state }",
        threadId=thread_id,
        topic=topic,
        count=count,
    )
    assert payload["job"]["kind"] == KIND
    job_id: str = payload["job"]["id"]
    return job_id


async def test_sections_are_added_at_the_end_and_marked(ask: Asker) -> None:
    _, viewer = await ask.learner()
    thread_id = await a_thread(ask, viewer, "a")
    ask.ports.assistant = heard = Heard(ask.ports.assistant)

    first = await generate(ask, viewer, thread_id)
    assert await generate(ask, viewer, thread_id, topic="Another") == first
    assert await run_jobs(ask, KIND) == [{"contents": 3}]

    found = await contents(ask, viewer, thread_id)
    assert [each["isGenerated"] for each in found] == [False, True, True, True]
    assert all("Hash tables" in each["title"] and each["body"] for each in found[1:])
    assert await version(ask, viewer, thread_id) == 3
    (request,) = heard.requests
    assert request.quoted == {"topic": "Hash tables", "thread": "Sets\n- a"}
    assert request.values == {"count": 3}
    await accepted(
        ask, viewer, "updateThreadContent", contentId=found[1]["id"], version=3, body="My own words."
    )
    assert [each["isGenerated"] for each in await contents(ask, viewer, thread_id)] == [
        False,
        False,
        True,
        True,
    ]


async def test_a_second_run_of_the_job_adds_nothing(ask: Asker) -> None:
    _, viewer = await ask.learner()
    thread_id = await a_thread(ask, viewer)
    await generate(ask, viewer, thread_id)
    await run_jobs(ask, KIND)
    before = await contents(ask, viewer, thread_id)

    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute(
            "UPDATE jobs SET state = 'QUEUED', finished_at = NULL, next_run_at = $1", ask.clock()
        )
    assert await run_jobs(ask, KIND) == [{"contents": 3}]

    assert await contents(ask, viewer, thread_id) == before
    assert await version(ask, viewer, thread_id) == 2


@pytest.mark.parametrize(
    "topic", ["量子コンピュータ", "العربية", "C++ <templates> & `macros`", "]( [x] ![", "_*_", "🧑‍🚀 space"]
)
async def test_topics_of_every_kind_give_sections_by_the_rules(ask: Asker, topic: str) -> None:
    _, viewer = await ask.learner()
    thread_id = await a_thread(ask, viewer)

    await generate(ask, viewer, thread_id, topic, section_generation.MOST_SECTIONS)
    await run_jobs(ask, KIND)

    assert len(set(await titles(ask, viewer, thread_id))) == section_generation.MOST_SECTIONS


async def test_bad_input_starts_no_job(ask: Asker) -> None:
    _, viewer = await ask.learner()
    thread_id = await a_thread(ask, viewer)
    given = {"threadId": thread_id, "topic": "x" * 100_000, "count": 21}

    payload = await mutate(ask, viewer, "generateThreadContents", **given)

    assert [error["field"] for error in payload["userErrors"]] == ["topic", "count"]
    assert await run_jobs(ask, KIND) == []


async def test_a_used_up_quota_starts_no_job(ask: Asker) -> None:
    _, viewer = await ask.learner()
    thread_id, other_id = await a_thread(ask, viewer, "a"), await a_thread(ask, viewer, "b")
    running = await generate(ask, viewer, other_id)
    (content,) = await contents(ask, viewer, thread_id)
    ask.ports.assistant = replace(ask.ports.assistant, quotas=quotas_of(0))  # type: ignore[type-var]
    question = {"contentId": content["id"], "question": "Why?", "idempotencyKey": "k"}

    sections = await refusal(ask, viewer, "generateThreadContents", threadId=thread_id, topic="x", count=3)
    answer = await refusal(ask, viewer, "exploreThreadContent", **question)

    assert (sections[0], answer[0]) == ("AiQuotaReached", "AiQuotaReached")
    assert await generate(ask, viewer, other_id) == running


async def test_a_full_thread_takes_no_more(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.threads.content_changes.MOST_CONTENTS", 3)
    _, viewer = await ask.learner()
    thread_id = await a_thread(ask, viewer, "a")

    given = {"threadId": thread_id, "topic": "x", "count": 3}
    assert (await refusal(ask, viewer, "generateThreadContents", **given))[0] == "TooManyContents"


async def test_a_thread_that_is_deleted_meanwhile_ends_the_job(ask: Asker) -> None:
    _, viewer = await ask.learner()
    thread_id = await a_thread(ask, viewer)
    await generate(ask, viewer, thread_id)

    async def delete() -> None:
        await accepted(ask, viewer, "deleteThread", threadId=thread_id)

    ask.ports.assistant = Heard(ask.ports.assistant, before=delete)

    with pytest.raises(NotFoundError):
        await run_jobs(ask, KIND)


@pytest.mark.parametrize("error", [AiUnavailableError("Later."), AiOutputRefusedError("No.", findings=["x"])])
async def test_a_model_that_fails_leaves_the_thread_as_it_is(ask: Asker, error: Exception) -> None:
    _, viewer = await ask.learner()
    thread_id = await a_thread(ask, viewer, "a")
    await generate(ask, viewer, thread_id)

    async def fail() -> None:
        raise error

    ask.ports.assistant = Heard(ask.ports.assistant, before=fail)
    with pytest.raises(type(error)):
        await run_jobs(ask, KIND)

    assert await titles(ask, viewer, thread_id) == ["a"]
    assert await version(ask, viewer, thread_id) == 2
    assert isinstance(error, UnavailableError) is isinstance(error, AiUnavailableError)


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {"sections": []},
        {"sections": "a"},
        {"sections": [{"title": "a"}]},
        {"sections": [{"title": 1, "body": "b"}]},
        {"sections": [None]},
        "<html>",
    ],
)
def test_an_answer_of_another_shape_is_read_as_wrong(answer: Any) -> None:
    with pytest.raises(ValueError, match=r"sections|object"):
        section_generation.shape(1).read(answer)


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ([Section(title="a", body="b")], []),
        ([], ["1 sections"]),
        ([Section(title="x" * 201, body="b")], ["title"]),
        ([Section(title="a", body="<b>b</b>")], ["HTML"]),
        ([Section(title="a", body="x" * 20_001)], ["body"]),
        ([Section(title="a", body="b\x07")], ["control"]),
    ],
)
def test_sections_are_checked_by_the_rules_of_contents(sections: Sequence[Section], words: list[str]) -> None:
    findings = section_generation.shape(1).check(list(sections))

    assert len(findings) == len(words)
    assert all(word in finding for word, finding in zip(words, findings, strict=True))


async def test_the_chat_of_a_content_knows_its_text_as_quoted_data(ask: Asker) -> None:
    _, viewer = await ask.learner()
    thread_id = await a_thread(ask, viewer, "Chains")
    (content,) = await contents(ask, viewer, thread_id)
    ask.ports.assistant = heard = Heard(ask.ports.assistant)
    given = {"contentId": content["id"], "question": "Why buckets?", "idempotencyKey": "one"}
    shown = "chat { id messageCount } message { question }"

    first = await accepted(ask, viewer, "exploreThreadContent", shown, **given)
    again = await accepted(ask, viewer, "exploreThreadContent", shown, **given)
    await run_jobs(ask, "answer_chat")
    opened = await accepted(
        ask, viewer, "exploreThreadContent", shown, contentId=content["id"], idempotencyKey="two"
    )
    asked = await accepted(
        ask, viewer, "exploreThreadContent", shown, **given | {"question": "And?", "idempotencyKey": "3"}
    )

    assert again == first
    assert heard.requests[0].quoted == {
        "topic": "Chains\n\nChains\n\nAbout Chains.",
        "question": "Why buckets?",
    }
    assert {each["chat"]["id"] for each in (opened, asked)} == {first["chat"]["id"]}
    assert (opened["message"], asked["message"]) == (None, {"question": "And?"})
    listed = "query ($of: Boolean!) { viewer { chats(ofThreads: $of) { nodes { id } } } }"
    assert (await ask.data(listed, viewer, of=False))["viewer"]["chats"]["nodes"] == []
    assert len((await ask.data(listed, viewer, of=True))["viewer"]["chats"]["nodes"]) == 1
