"""The clock of a gateway jumps by an hour in both directions: tokens, sessions, attempts, streaks and limits survive.

The gateway runs under libfaketime, which reads from a file how far its clock is off. Its monotonic clock does not jump,
as that of a machine does not; nor does the clock of Postgres, which is another machine's.
"""

from pathlib import Path

import pytest

from tests.deployment.clusters import initialised, running_postgres
from tests.deployment.learners import Learner
from tests.support.servers.gateway import running_gateway

LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
REFRESH = """mutation ($token: String!) { refreshSession(input: {refreshToken: $token}) { accessToken refreshToken
  userErrors { __typename } } }"""
QUIZZES = "{ quizzes(first: 1) { nodes { id } } }"
START = """mutation ($input: StartQuizAttemptInput!) { startQuizAttempt(input: $input) {
  attempt { id } userErrors { __typename } } }"""
SUBMIT = """mutation ($input: SubmitQuizAttemptInput!) { submitQuizAttempt(input: $input) {
  attempt { state } userErrors { __typename } } }"""
STATE = "{ viewer { streak { current } goals(first: 5) { nodes { id } } } rateLimit { remaining } }"


def code(answer: dict[str, object]) -> str:
    errors = answer.get("errors")
    if not isinstance(errors, list):
        return "ok"
    found: str = errors[0]["extensions"]["code"]
    return found


def refresh(learner: Learner) -> None:
    learner.token = ""
    renewed = learner.ask(REFRESH, token=learner.refresh_token)["data"]["refreshSession"]
    assert renewed["userErrors"] == []
    learner.token, learner.refresh_token = renewed["accessToken"], renewed["refreshToken"]


def start(learner: Learner, quiz_id: str, key: str) -> str:
    answer = learner.ask(START, input={"quizId": quiz_id, "idempotencyKey": key})
    attempt_id: str = answer["data"]["startQuizAttempt"]["attempt"]["id"]
    return attempt_id


def submit(learner: Learner, attempt_id: str) -> str:
    answer = learner.ask(SUBMIT, input={"attemptId": attempt_id, "idempotencyKey": f"submit-{attempt_id}"})
    state: str = answer["data"]["submitQuizAttempt"]["attempt"]["state"]
    return state


@pytest.mark.slow
@pytest.mark.parametrize("jump", ["+3600", "-3600"])
def test_an_hour_forth_or_back(tmp_path: Path, jump: str) -> None:
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    faked = {
        "LD_PRELOAD": LIBRARY,
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with (
        running_postgres(initialised(tmp_path / "cluster")) as cluster,
        running_gateway(tmp_path, DATABASE_URL=cluster.url, **faked) as server,
        Learner(server.url) as learner,
    ):
        quiz_id = learner.ask(QUIZZES)["data"]["quizzes"]["nodes"][0]["id"]
        attempt_id = start(learner, quiz_id, "before-the-jump")

        clock.write_text(f"{jump}\n")
        with_old_token = code(learner.ask(STATE))
        refresh(learner)
        states = [submit(learner, attempt_id)]
        states.append(submit(learner, start(learner, quiz_id, "after-the-jump")))
        after = learner.ask(STATE)
        created = learner.create(1)

        clock.write_text("+0\n")
        if code(learner.ask(STATE)) == "UNAUTHENTICATED":
            refresh(learner)
        back = learner.ask(STATE)
        states.append(submit(learner, start(learner, quiz_id, "after-it-is-right")))
        ready = learner.ready()[0]
        failed = cluster.sql("SELECT count(*) FROM jobs WHERE state = 'FAILED'")

    assert with_old_token == ("UNAUTHENTICATED" if jump == "+3600" else "ok")
    assert states == ["GRADED"] * 3
    assert code(after) == code(back) == "ok"
    assert after["data"]["viewer"]["streak"]["current"] <= back["data"]["viewer"]["streak"]["current"] + 1
    assert after["data"]["rateLimit"]["remaining"] > 0
    assert back["data"]["viewer"]["goals"]["nodes"] == [{"id": created}]
    assert (ready, failed) == (200, "0")
