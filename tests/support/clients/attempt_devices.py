"""Devices of learners that take quizzes over HTTP in any order, with connections that break and requests sent again."""

import asyncio
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

ERRORS = "userErrors { __typename ... on UserError { code } }"
STARTED = f"attempt {{ id state slots {{ number }} }} {ERRORS}"
ENDED = f"""attempt {{ id state score }} {ERRORS[:-1]}
    ... on AttemptAlreadySubmitted {{ attempt {{ id state score }} }} }}"""
DOCUMENTS = {
    "startQuizAttempt": STARTED,
    "answerQuestion": f"slot {{ number answer {{ truth }} }} {ERRORS}",
    "flagSlot": f"slot {{ number flagged }} {ERRORS}",
    "submitQuizAttempt": ENDED,
    "abandonQuizAttempt": ENDED,
}
READ = "{ viewer { attempts { nodes { id state score remaining review { correct } } } } }"
CUT_AFTER_S = 0.004
"""So soon that a request is under way, and often in the database, when its connection breaks."""


@dataclass
class Heard:
    """What the devices of one learner were told: nothing of it may be untrue afterwards."""

    started: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    open_attempts: dict[str, str] = field(default_factory=dict)
    attempts: dict[str, str] = field(default_factory=dict)
    sent: dict[tuple[str, int], dict[int, bool]] = field(default_factory=lambda: defaultdict(dict))
    saved: dict[tuple[str, int], int] = field(default_factory=dict)
    results: dict[str, set[Any]] = field(default_factory=lambda: defaultdict(set))
    abandoned: set[str] = field(default_factory=set)
    submitted_with: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    refused: set[str] = field(default_factory=set)


class Device:
    """One client with a connection of its own; `number` makes its answers' numbers differ from those of the others."""

    def __init__(self, url: str, token: str, heard: Heard, number: int, seed: int) -> None:
        self._client = httpx.AsyncClient(
            base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=60
        )
        self._heard = heard
        self._random = Random(seed)
        self._seq = number

    async def close(self) -> None:
        await self._client.aclose()

    async def acts(self, quizzes: list[str], count: int) -> None:
        """Do `count` acts at random, each once more where its connection broke."""
        acts = [self.start, self.answer, self.answer, self.answer, self.flag, self.submit, self.abandon]
        for _ in range(count):
            act = self._random.choice([*acts, self.start, self.read])
            await act(self._random.choice(quizzes))

    async def finish(self) -> None:
        """Submit every attempt that is open, once the time of the last one is over."""
        while True:
            nodes = (await self._post(READ, {}))["viewer"]["attempts"]["nodes"]
            running = [attempt for attempt in nodes if attempt["state"] == "IN_PROGRESS"]
            for attempt in nodes:
                self._note(attempt)
            if all(attempt["remaining"] is None for attempt in running):
                break
            await asyncio.sleep(0.5)
        for attempt in running:
            payload = await self._mutate(
                "submitQuizAttempt", attemptId=attempt["id"], idempotencyKey=uuid.uuid4().hex
            )
            self._note_end(payload)

    async def start(self, quiz_id: str) -> None:
        key = self._random.choice(["first", "second", uuid.uuid4().hex])
        payload = await self._mutate("startQuizAttempt", quizId=quiz_id, idempotencyKey=f"{key} of {quiz_id}")
        attempt = payload["attempt"]
        self._heard.started[f"{key} of {quiz_id}"].add(attempt["id"])
        self._heard.attempts[attempt["id"]] = quiz_id
        if attempt["state"] == "IN_PROGRESS":
            self._heard.open_attempts[quiz_id] = attempt["id"]

    async def answer(self, quiz_id: str) -> None:
        attempt_id = self._heard.open_attempts.get(quiz_id)
        if attempt_id is None:
            return
        self._seq += 100
        place, seq, truth = (attempt_id, self._random.randint(1, 3)), self._seq, self._random.random() < 0.7
        self._heard.sent[place][seq] = truth
        payload = await self._mutate(
            "answerQuestion", attemptId=attempt_id, slot=place[1], answer={"truth": truth}, clientSeq=seq
        )
        if payload["slot"]:
            self._heard.saved[place] = max(self._heard.saved.get(place, 0), seq)

    async def flag(self, quiz_id: str) -> None:
        attempt_id = self._heard.open_attempts.get(quiz_id)
        if attempt_id is not None:
            await self._mutate("flagSlot", attemptId=attempt_id, slot=1, flagged=True)

    async def submit(self, quiz_id: str) -> None:
        """Submit the attempt, sometimes under the key of another device."""
        attempt_id = self._heard.open_attempts.get(quiz_id)
        if attempt_id is None:
            return
        key = self._random.choice([f"shared {attempt_id}", uuid.uuid4().hex])
        payload = await self._mutate("submitQuizAttempt", attemptId=attempt_id, idempotencyKey=key)
        self._note_end(payload)

    async def abandon(self, quiz_id: str) -> None:
        attempt_id = self._heard.open_attempts.get(quiz_id)
        if attempt_id is None or self._random.random() < 0.6:
            return
        payload = await self._mutate("abandonQuizAttempt", attemptId=attempt_id)
        if payload["attempt"] and payload["attempt"]["state"] == "ABANDONED":
            self._heard.abandoned.add(attempt_id)
        self._note_end(payload)

    async def read(self, _quiz_id: str) -> None:
        data = await self._post(READ, {})
        for attempt in data["viewer"]["attempts"]["nodes"]:
            self._note(attempt)

    def _note_end(self, payload: dict[str, Any]) -> None:
        self._note(payload["attempt"])
        for error in payload["userErrors"]:
            self._note(error.get("attempt"))

    def _note(self, attempt: dict[str, Any] | None) -> None:
        """Note the result of an attempt that has one."""
        if attempt and attempt["score"] is not None:
            self._heard.results[attempt["id"]].add((attempt["state"], attempt["score"]))

    async def _mutate(self, field: str, **given: Any) -> dict[str, Any]:
        kind = f"{field[0].upper()}{field[1:]}Input"
        text = f"mutation ($input: {kind}!) {{ {field}(input: $input) {{ {DOCUMENTS[field]} }} }}"
        payload: dict[str, Any] = (await self._post(text, {"input": given}))[field]
        self._heard.refused |= {error["code"] for error in payload["userErrors"]}
        return payload

    async def _post(self, text: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Send a request; now and then break the connection and send it again, the same in every byte."""
        request = {"query": text, "variables": variables}
        if self._random.random() < 0.25:
            try:
                async with asyncio.timeout(CUT_AFTER_S * self._random.random() * 2):
                    await self._client.post("/graphql", json=request)
            except TimeoutError:
                self._heard.cut += 1
        response = await self._client.post("/graphql", json=request)
        body = response.json()
        assert response.status_code == 200, body
        assert "errors" not in body, body
        data: dict[str, Any] = body["data"]
        return data
