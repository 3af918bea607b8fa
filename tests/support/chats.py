"""Explore chats in tests: their documents, a learner who asks, and an assistant that says what a test wants."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from domain.accounts.users import Role, Viewer
from domain.ai.assistants import CallUsage, Written
from domain.ai.models import Model
from domain.ai.quotas import AiQuotas
from domain.ai.requests import AiRequest, OutputShape
from domain.chats import chat_jobs
from domain.chats.chat_jobs import AnswerArguments
from domain.ids import AiCallId, ChatMessageId, JobId
from domain.job_table import KINDS
from domain.jobs import job_arguments
from domain.unit_of_work import Meter
from gateway.jobs.handler_table import HANDLERS
from gateway.jobs.handlers import JobContext
from tests.builders import mint
from tests.support.jobs import begun
from tests.support.schema_client import Asker

ERRORS = "userErrors { __typename ... on UserError { code field message } }"
MESSAGE = """fragment M on ExploreMessage { id number question answer state writing model tokens failure
  failureMessage askedAt startedAt endedAt }
"""
CHAT = """fragment C on ExploreChat { id topic title startedAt lastActiveAt archivedAt messageCount tokens timeSpent
  suggestedQuestions }
"""
START = (
    f"""mutation ($input: StartExploreChatInput!) {{ startExploreChat(input: $input) {{
  chat {{ ...C }} message {{ ...M }} {ERRORS} }} }}"""
    + CHAT
    + MESSAGE
)
ASK = (
    f"""mutation ($input: AskExploreChatInput!) {{ askExploreChat(input: $input) {{
  chat {{ ...C }} message {{ ...M }} {ERRORS} }} }}"""
    + CHAT
    + MESSAGE
)
RETRY = (
    f"mutation ($input: RetryChatAnswerInput!) {{ retryChatAnswer(input: $input) {{ message {{ ...M }} {ERRORS} }} }}"
    + MESSAGE
)
CANCEL = (
    f"mutation ($input: CancelChatAnswerInput!) {{ cancelChatAnswer(input: $input) {{ message {{ ...M }} {ERRORS} }} }}"
    + MESSAGE
)
READ = (
    """query ($id: ID!, $first: Int, $last: Int, $after: Cursor, $before: Cursor) { chat(id: $id) { ...C
  messages(first: $first, last: $last, after: $after, before: $before) {
    nodes { ...M } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""
    + CHAT
    + MESSAGE
)
FOLLOW = """subscription ($id: ID!, $after: Int! = 0, $writing: Int) {
  chatMessageStreamed(messageId: $id, after: $after, writing: $writing) { offset text end writing state isLast } }"""


def changing(mutation: str) -> str:
    """Return the document of a mutation of a chat alone, such as `archiveChat`."""
    title = mutation[0].upper() + mutation[1:]
    return (
        f"mutation ($input: {title}Input!) {{ {mutation}(input: $input) {{ chat {{ ...C }} {ERRORS} }} }}"
        + CHAT
    )


def quotas_of(requests: int) -> AiQuotas:
    """Return quotas of so many requests a day."""
    return AiQuotas(requests={Role.LEARNER: requests}, tokens={Role.LEARNER: 10**6}, per_minute=1_000)


@dataclass
class ScriptedAssistant:
    """An assistant that yields what a test puts into it, and remembers what it was asked and when it was closed.

    An exception in `says` is raised; None waits for a `go`.
    """

    says: list[str | Exception | None] = field(default_factory=list)
    written: dict[str, Any] = field(default_factory=dict)
    requests: list[AiRequest] = field(default_factory=list)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    models: Sequence[Model] = ()
    quotas: AiQuotas = field(default_factory=lambda: quotas_of(1_000))

    async def stream(self, request: AiRequest) -> AsyncGenerator[str | CallUsage, None]:
        self.requests.append(request)
        try:
            for said in self.says:
                if isinstance(said, Exception):
                    raise said
                if said is None:
                    self.reached.set()
                    await self.go.wait()
                else:
                    yield said
            yield CallUsage(**_used())
        finally:
            self.closed.set()

    async def text(self, request: AiRequest, **_: Any) -> Written[str]:
        self.requests.append(request)
        return Written(value=self._given(request), **_used())

    async def write(self, request: AiRequest, shape: OutputShape[Any], **_: Any) -> Written[Any]:
        self.requests.append(request)
        return Written(value=shape.read(self._given(request)), **_used())

    def _given(self, request: AiRequest) -> Any:
        given = self.written[request.purpose.value]
        if isinstance(given, Exception):
            raise given
        return given


def _used() -> dict[str, Any]:
    return {
        "call_id": AiCallId(mint("aicall")),
        "model": "scripted",
        "prompt_version": 1,
        "tokens_in": 30,
        "tokens_out": 12,
        "cost": 0,
    }


@dataclass
class Explorer:
    """A learner with chats."""

    ask: Asker
    viewer: Viewer
    keys: int = 0

    def key(self) -> str:
        self.keys += 1
        return f"key {self.keys}"

    async def start(self, **given: Any) -> dict[str, Any]:
        """Start a chat; return the payload."""
        given = {"idempotencyKey": self.key()} | given
        payload: dict[str, Any] = (await self.ask.data(START, self.viewer, input=given))["startExploreChat"]
        return payload

    async def asked(self, question: str = "What is a tree?", **given: Any) -> dict[str, Any]:
        """Start a chat with a question; return its message, with the chat in it."""
        payload = await self.start(question=question, **given)
        assert payload["userErrors"] == []
        return payload["message"] | {"chat": payload["chat"]}

    async def question(self, chat_id: str, question: str, **given: Any) -> dict[str, Any]:
        """Ask in a chat; return the payload."""
        given = {"chatId": chat_id, "question": question, "idempotencyKey": self.key()} | given
        payload: dict[str, Any] = (await self.ask.data(ASK, self.viewer, input=given))["askExploreChat"]
        return payload

    async def retry(self, message_id: str, **given: Any) -> dict[str, Any]:
        given = {"messageId": message_id, "idempotencyKey": self.key()} | given
        payload: dict[str, Any] = (await self.ask.data(RETRY, self.viewer, input=given))["retryChatAnswer"]
        return payload

    async def cancel(self, message_id: str) -> dict[str, Any]:
        given = {"messageId": message_id}
        payload: dict[str, Any] = (await self.ask.data(CANCEL, self.viewer, input=given))["cancelChatAnswer"]
        return payload

    async def change(self, mutation: str, chat_id: str, **given: Any) -> dict[str, Any]:
        payload: dict[str, Any] = (
            await self.ask.data(changing(mutation), self.viewer, input={"id": chat_id} | given)
        )[mutation]
        return payload

    async def chat(self, chat_id: str, **paging: Any) -> dict[str, Any] | None:
        found: dict[str, Any] | None = (await self.ask.data(READ, self.viewer, id=chat_id, **paging))["chat"]
        return found

    async def message(self, message_id: str) -> dict[str, Any] | None:
        text = "query ($id: ID!) { node(id: $id) { ...M } }" + MESSAGE
        found: dict[str, Any] | None = (await self.ask.data(text, self.viewer, id=message_id))["node"]
        return found

    async def answered(self, message_id: str) -> dict[str, Any]:
        """Run the job that answers a message, and return the message as it is then."""
        await run_answer(self.ask, message_id)
        found = await self.message(message_id)
        assert found is not None
        return found


async def an_explorer(ask: Asker) -> Explorer:
    _, viewer = await ask.learner()
    return Explorer(ask, viewer)


async def answer_job(ask: Asker, message_id: str) -> tuple[JobContext, AnswerArguments]:
    """Begin the job that answers a message, as a worker does."""
    async with ask.postgres.open_work(Meter()) as work:
        job_id = await work.connection.raw.fetchval(  # type: ignore[attr-defined]
            "SELECT job_id FROM chat_messages WHERE id = $1", message_id
        )
        await begun(work, job_id)  # type: ignore[arg-type]
        (job,) = await work.jobs.by_ids([job_id], viewer_id=None, sees_all=True)
    assert job is not None
    return JobContext(job, ask.ports), job_arguments.read(KINDS[job.kind], job.arguments)


async def run_answer(ask: Asker, message_id: str) -> str:
    """Run the job that answers a message; return its outcome."""
    context, arguments = await answer_job(ask, message_id)
    await HANDLERS[chat_jobs.ANSWER.name].run(context, arguments)
    return await _outcome(ask, context.job.id)


@asynccontextmanager
async def answering(ask: Asker, message_id: str) -> AsyncIterator["asyncio.Task[None]"]:
    """Run the job that answers a message beside the block, which it ends with."""
    context, arguments = await answer_job(ask, message_id)
    task = asyncio.create_task(HANDLERS[chat_jobs.ANSWER.name].run(context, arguments))
    try:
        yield task
        await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def run_following(ask: Asker, kind: str, message_id: str) -> str:
    """Run the latest job of a kind that followed the answer to a message; return its outcome."""
    async with ask.postgres.open_work(Meter()) as work:
        job_id = await work.connection.raw.fetchval(  # type: ignore[attr-defined]
            "SELECT id FROM jobs WHERE kind = $1 AND arguments ->> 'message_id' = $2 ORDER BY id DESC LIMIT 1",
            kind,
            message_id,
        )
        await begun(work, job_id)  # type: ignore[arg-type]
        (job,) = await work.jobs.by_ids([job_id], viewer_id=None, sees_all=True)
        assert job is not None
    await HANDLERS[kind].run(JobContext(job, ask.ports), job_arguments.read(KINDS[kind], job.arguments))
    return await _outcome(ask, job.id)


async def _outcome(ask: Asker, job_id: JobId) -> str:
    async with ask.postgres.open_reads(Meter()) as reads:
        (job,) = await reads.jobs.by_ids([job_id], viewer_id=None, sees_all=True)
    assert job is not None
    assert job.state.value == "SUCCEEDED", job
    return str((job.result or {})["outcome"])


def says(ask: Asker, *said: str | Exception | None, **written: Any) -> ScriptedAssistant:
    """Let the assistant of a test say this from now on."""
    assistant = ScriptedAssistant(list(said), written)
    ask.ports.assistant = assistant
    return assistant


def arguments_of(message: dict[str, Any], viewer: Viewer) -> AnswerArguments:
    return AnswerArguments(message_id=ChatMessageId(message["id"]), user_id=viewer.user_id)


async def a_chat(ask: Asker, viewer: Viewer, topic: str | None = None, question: str | None = None) -> str:
    """Start a chat; return its id."""
    given = {"topic": topic, "question": question, "idempotencyKey": mint("key")}
    payload = (await ask.data(START, viewer, input=given))["startExploreChat"]
    assert payload["userErrors"] == [], payload
    chat_id: str = payload["chat"]["id"]
    return chat_id
