"""A learner and a spectator: clients that use the gateway over HTTP and graphql-transport-ws only."""

import asyncio
import json
import uuid
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.support.patience import PATIENCE_S

QUESTIONS = Path(__file__).parent.parent.parent / "content" / "questions"
ENTRY = "rank xp delta reachedAt isViewer user { handle }"
BOARD = "query { leaderboard { version total entries(first: 10) { %s } viewerEntry { %s } } }" % (
    ENTRY,
    ENTRY,
)
WATCH = """subscription ($after: LeaderboardVersion) {
  leaderboardChanged(first: 10, after: $after) {
    __typename
    ... on LeaderboardSnapshot { version entries { %(entry)s } viewerEntry { %(entry)s } }
    ... on LeaderboardDelta { version since moved { %(entry)s } entered { %(entry)s } left viewerEntry { %(entry)s } }
  }
}""" % {"entry": "rank xp delta reachedAt isViewer user { id handle }"}
REGISTER = """mutation ($input: RegisterInput!) {
  register(input: $input) { user { id email } accessToken userErrors { ... on UserError { code field } } }
}"""
START = """mutation ($input: StartQuizAttemptInput!) {
  startQuizAttempt(input: $input) {
    attempt { id state slots { number question { id kind prompt ... on SingleChoice { options { id text } }
      ... on MultipleChoice { options { id text } } } } }
    userErrors { ... on UserError { code message } }
  }
}"""
ANSWER = """mutation ($input: AnswerQuestionInput!) {
  answerQuestion(input: $input) { userErrors { ... on UserError { code message } } }
}"""
SUBMIT = """mutation ($input: SubmitQuizAttemptInput!) {
  submitQuizAttempt(input: $input) {
    attempt { id state score passed xpAwarded xpEntries { amount reason status explanation } }
    userErrors { __typename ... on UserError { code message } }
  }
}"""


def questions_by_prompt() -> dict[str, dict[str, Any]]:
    """Return every demo question by its prompt; it includes the right answer."""
    files = [json.loads(path.read_text("utf-8")) for path in QUESTIONS.glob("*.json")]
    return {question["prompt"].strip(): question for file in files for question in file["questions"]}


class Learner:
    """A client with an account, which connects from an address of its own where one is given."""

    def __init__(self, url: str, handle: str, *, address: str | None = None) -> None:
        self.url = url
        self.handle = handle
        self.token = ""
        self.client = httpx.AsyncClient(
            timeout=PATIENCE_S, transport=httpx.AsyncHTTPTransport(local_address=address)
        )

    async def ask(self, text: str, **variables: Any) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        request = {"query": text, "variables": variables}
        response = await self.client.post(f"{self.url}/graphql", json=request, headers=headers)
        body = response.json()
        assert "errors" not in body, body
        data: dict[str, Any] = body["data"]
        return data

    async def register(self) -> "Learner":
        new = {
            "email": f"{self.handle}@example.org",
            "password": "correct horse battery",
            "handle": self.handle,
            "displayName": self.handle.title(),
            "timeZone": "Europe/Berlin",
        }
        payload = (await self.ask(REGISTER, input=new))["register"]
        assert payload["userErrors"] == [], payload
        self.token = payload["accessToken"]
        return self

    async def login(self) -> None:
        text = "mutation ($input: LoginInput!) { login(input: $input) { accessToken } }"
        self.token = ""
        data = await self.ask(
            text, input={"email": f"{self.handle}@example.org", "password": "correct horse battery"}
        )
        self.token = data["login"]["accessToken"]

    async def start(self, slug: str) -> dict[str, Any]:
        quiz = (await self.ask("query ($s: String!) { quiz(by: {slug: $s}) { id } }", s=slug))["quiz"]
        payload = await self.ask(START, input={"quizId": quiz["id"], "idempotencyKey": uuid.uuid4().hex})
        attempt: dict[str, Any] = payload["startQuizAttempt"]["attempt"]
        return attempt

    async def answer(self, attempt: dict[str, Any], *, most: int = 100) -> None:
        """Answer the first slots correctly, from the demo content, each after more than a second."""
        questions = questions_by_prompt()
        await asyncio.sleep(1.2)
        for number, slot in enumerate(attempt["slots"][:most]):
            if number:
                await asyncio.sleep(1.05)  # faster answers are marked, and a marked attempt's XP waits
            answer = right_answer(slot["question"], questions[slot["question"]["prompt"].strip()])
            given = {"attemptId": attempt["id"], "slot": slot["number"], "answer": answer, "clientSeq": 1}
            payload = await self.ask(ANSWER, input=given)
            assert payload["answerQuestion"]["userErrors"] == []

    async def submit(self, attempt_id: str, key: str) -> dict[str, Any]:
        payload = await self.ask(SUBMIT, input={"attemptId": attempt_id, "idempotencyKey": key})
        submitted: dict[str, Any] = payload["submitQuizAttempt"]
        return submitted

    async def board(self) -> dict[str, Any]:
        board: dict[str, Any] = (await self.ask(BOARD))["leaderboard"]
        return board

    async def close(self) -> None:
        await self.client.aclose()


def right_answer(question: dict[str, Any], source: dict[str, Any]) -> dict[str, Any]:
    """Return the AnswerInput that the demo content marks as correct."""
    kind = question["kind"]
    if kind in {"SINGLE_CHOICE", "MULTIPLE_CHOICE"}:
        right = {option["text"].strip() for option in source["options"] if option["correct"]}
        return {
            "options": [option["id"] for option in question["options"] if option["text"].strip() in right]
        }
    if kind == "TRUE_FALSE":
        return {"truth": source["answer"]}
    if kind == "SHORT_TEXT":
        return {"text": max(source["accepted"], key=lambda a: a["weight"])["text"]}
    best = max(source["accepted"], key=lambda a: a["weight"])
    return {"number": best.get("value", best.get("min"))}


class Spectator:
    """Watches a leaderboard and applies its deltas."""

    def __init__(self, url: str) -> None:
        self._url = url.replace("http", "ws") + "/graphql"
        self.version: str | None = None
        self.entries: dict[str, dict[str, Any]] = {}
        self.kinds: list[str] = []
        self._websocket: ClientConnection | None = None

    async def watch(self) -> None:
        """Open a websocket and subscribe, from the last version if there is one."""
        self._websocket = await connect(
            self._url, subprotocols=[Subprotocol("graphql-transport-ws")], open_timeout=PATIENCE_S
        )
        await self._websocket.send(json.dumps({"type": "connection_init"}))
        payload = {"query": WATCH, "variables": {"after": self.version}}
        await self._websocket.send(json.dumps({"id": "board", "type": "subscribe", "payload": payload}))
        assert json.loads(await self._websocket.recv())["type"] == "connection_ack"
        await self.receive()

    async def close(self) -> None:
        assert self._websocket is not None
        await self._websocket.close()

    async def receive(self) -> dict[str, Any]:
        """Receive one message and apply it; answer pings before it."""
        assert self._websocket is not None
        message = json.loads(await asyncio.wait_for(self._websocket.recv(), PATIENCE_S))
        while message["type"] == "ping":
            await self._websocket.send(json.dumps({"type": "pong"}))
            message = json.loads(await asyncio.wait_for(self._websocket.recv(), PATIENCE_S))
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        update: dict[str, Any] = message["payload"]["data"]["leaderboardChanged"]
        self.kinds.append(update["__typename"])
        if update["__typename"] == "LeaderboardSnapshot":
            self.entries = {entry["user"]["id"]: entry for entry in update["entries"]}
        else:
            assert update["since"] == self.version
            for entry in update["moved"] + update["entered"]:
                self.entries[entry["user"]["id"]] = entry
            for user_id in update["left"]:
                del self.entries[user_id]
        self.version = update["version"]
        return update

    async def receive_until(self, handle: str, xp: int) -> None:
        """Receive messages until the learner is on the board with this XP."""
        while not any(e["user"]["handle"] == handle and e["xp"] == xp for e in self.entries.values()):
            await self.receive()

    def board(self) -> list[dict[str, Any]]:
        """Return the current board, in order and in the shape of the query."""
        ordered = sorted(
            self.entries.items(), key=lambda item: (-item[1]["xp"], item[1]["reachedAt"], item[0])
        )
        return [entry | {"user": {"handle": entry["user"]["handle"]}} for _, entry in ordered]
