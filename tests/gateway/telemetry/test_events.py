"""Events in the log: what people do, with the user and the exam type, and without secrets."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.accounts.users import Role
from domain.unit_of_work import Meter
from gateway.commands import seeding
from gateway.settings.modes import LogFormat
from gateway.telemetry import logs
from persistence.work import Postgres
from tests.builders import a_user
from tests.gateway.conftest import Live
from tests.support.clients.accounts import LOGIN

FILE = Path(seeding.CONTENT) / "questions/python-core.json"
QUIZ = "python-core-control-flow"
START = "mutation ($input: StartQuizAttemptInput!) { startQuizAttempt(input: $input) { attempt { id } } }"
SUBMIT = (
    "mutation ($input: SubmitQuizAttemptInput!) { submitQuizAttempt(input: $input) { attempt { state } } }"
)
PASSWORD = "correct horse battery"
EVENTS = {"registered", "signed_in", "signed_out", "submitted"}


@pytest.fixture(autouse=True)
def json_log() -> Iterator[None]:
    logs.configure(LogFormat.JSON)
    yield
    logs.configure(LogFormat.TEXT)


@pytest.fixture
async def quiz_id(postgres: Postgres) -> str:
    async with postgres.open_work(Meter()) as work:
        author = await work.users.add(a_user(roles=[Role.LEARNER, Role.AUTHOR]))
    await seeding.import_text(postgres, kind="questions", text=FILE.read_text("utf-8"), author_id=author.id)
    async with postgres.open_reads(Meter()) as reads:
        quiz = await reads.quizzes.by_slug(QUIZ)
    assert quiz is not None
    return quiz.id


def events(written: bytes) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in written.splitlines() if line.startswith(b"{")]
    return [line for line in found if line["event"] in EVENTS]


def is_mail(line: bytes) -> bool:
    """Tell whether development printed a mail, whose reader has to see it whole."""
    return b'"event":"mail"' in line or b"] mail " in line


async def test_sign_ins_and_sign_outs_are_named_with_their_user(
    live: Live, capsysbinary: "pytest.CaptureFixture[bytes]"
) -> None:
    await live.register("ada")
    await live.post(LOGIN, input={"email": "ada@example.org", "password": "not " + PASSWORD})
    signed_in = await live.post(LOGIN, input={"email": "ada@example.org", "password": PASSWORD})
    token = signed_in.json()["data"]["login"]["accessToken"]
    await live.post("mutation { logout { userErrors { __typename } } }", token=token)
    logs.lines.flush()

    written = capsysbinary.readouterr().out
    lines = events(written)
    assert [line["event"] for line in lines] == ["registered", "signed_in", "signed_in", "signed_out"]
    (user_id,) = {line["user_id"] for line in lines}
    assert user_id.startswith("user_")
    assert lines[2]["session_id"] == lines[3]["session_id"] != lines[1]["session_id"]
    assert all(UUID(line["request_id"]).version == 7 for line in lines)
    told = b"\n".join(line for line in written.splitlines() if not is_mail(line))
    for secret in (PASSWORD, "ada@example.org", token):
        assert secret.encode() not in told


async def test_a_submit_is_named_once_with_its_exam_type_and_a_replay_is_not(
    live: Live, quiz_id: str, capsysbinary: "pytest.CaptureFixture[bytes]"
) -> None:
    token = await live.register("ada")
    for number in range(2):
        given = {"quizId": quiz_id, "idempotencyKey": f"start {number}"}
        started = await live.post(START, token=token, input=given)
        attempt_id = started.json()["data"]["startQuizAttempt"]["attempt"]["id"]
        end = {"attemptId": attempt_id, "idempotencyKey": f"end {number}"}
        replies = [(await live.post(SUBMIT, token=token, input=end)).json() for _ in range(2)]
        assert replies[0] == replies[1]
    await live.app.pipeline.events.written()
    logs.lines.flush()

    lines = [line for line in events(capsysbinary.readouterr().out) if line["event"] == "submitted"]
    code = json.loads(FILE.read_text("utf-8"))["examType"]
    assert len(lines) == 2
    assert {line["quiz_id"] for line in lines} == {quiz_id}
    assert {line["exam_type"] for line in lines} == {code if isinstance(code, str) else code["code"]}
    assert {line["user_id"] for line in lines} != {None}
