"""`python -m bench.answer_timing`: whether the time of an answer tells a right one from a wrong one.

Learners with open attempts answer questions through the gateway, each once rightly and once wrongly, in random order
and one request at a time. A Mann-Whitney U test compares the latencies of right and wrong answers: with p below 0.01
they can be told apart, and the benchmark fails.
"""

import argparse
import math
import random
import sys
import time
from collections.abc import Iterable
from itertools import groupby
from statistics import median

from bench import dataset, machine_speed, smoke
from bench.http_client import ClientError, connect, is_success
from bench.servers import OURS, Server, ServerError, running
from bench.shapes import PREPARED_FROM, Request, Shape, identifier, shapes
from bench.sizes import QUIZ_QUESTIONS, SMOKE, Sizes
from bench.smoke import MissingFigureError
from gateway.databases.postgres_binaries import DatabaseUnavailableError

LEAST_P = 0.01
_ANSWER = Shape(
    "Answer",
    "answer a question of an open attempt",
    """mutation Answer($input: AnswerQuestionInput!) {
  answerQuestion(input: $input) { slot { number answeredAt credit } userErrors { __typename } }
}""",
    3,
    lambda n: Request(n, {}),
)
_WARM_UP = 100
_FIRST_SEQ = 100
"""Above the numbers of the answers that prepared attempts have."""
_OPEN_ATTEMPTS = 100


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.answer_timing", description=__doc__)
    parser.add_argument("--pairs", type=int, default=2_000, help="right answers, and as many wrong ones")
    parser.add_argument("--smoke", action="store_true", help="20 pairs; check that figures come out")
    arguments = parser.parse_args()
    pairs = 20 if arguments.smoke else arguments.pairs
    with dataset.running(SMOKE) as url:
        dataset.prepare_attempts(url, SMOKE, first=0, count=_OPEN_ATTEMPTS)
        print(f"The machine: {machine_speed.measure(url).line()}")
        with running([OURS], url, dataset.FOLDER, shapes(SMOKE)[0], core=None) as (server,):
            right, wrong = _measure(server, SMOKE, pairs)
    p = mann_whitney(right, wrong)
    print(
        f"right answers: p50 {median(right):.3f} ms; wrong answers: p50 {median(wrong):.3f} ms; {pairs} pairs"
    )
    print(f"p = {p:.4f}, at least {LEAST_P}: {'kept' if p >= LEAST_P else 'MISSED'}")
    if arguments.smoke:
        print(
            f"{smoke.check_figures({'right_ms': median(right), 'wrong_ms': median(wrong), 'p': p})} figures"
        )
    elif p < LEAST_P:
        sys.exit("bench: the times of right and wrong answers can be told apart")


def mann_whitney(one: Iterable[float], other: Iterable[float]) -> float:
    """Return the two-sided p of the Mann-Whitney U test, by its normal approximation, corrected for ties."""
    labelled = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    total, count, first = len(labelled), [0, 0], 0.0
    rank, ties = 1, 0
    for _, group in groupby(labelled, lambda each: each[0]):
        tied = [label for _, label in group]
        first += tied.count(0) * (rank + (len(tied) - 1) / 2)
        for label in tied:
            count[label] += 1
        rank += len(tied)
        ties += len(tied) ** 3 - len(tied)
    u = first - count[0] * (count[0] + 1) / 2
    mean = count[0] * count[1] / 2
    variance = count[0] * count[1] / 12 * (total + 1 - ties / (total * (total - 1)))
    if variance == 0:
        return 1.0
    z = max(0.0, abs(u - mean) - 0.5) / math.sqrt(variance)
    return math.erfc(z / math.sqrt(2))


def _measure(server: Server, sizes: Sizes, pairs: int) -> tuple[list[float], list[float]]:
    """Return the latencies of right and of wrong answers in milliseconds, after a warm-up."""
    chance = random.Random(pairs)
    found: tuple[list[float], list[float]] = ([], [])
    connection = connect(server.port)
    with connection.sock as sock:
        sock.settimeout(15)
        for pair in range(_WARM_UP + pairs):
            for turn, is_right in enumerate(chance.sample([True, False], 2)):
                request = _request(sizes, pair, _FIRST_SEQ + 2 * pair + turn, is_right=is_right)
                connection.send(server.message(_ANSWER, request))
                while not connection.is_complete():
                    pass
                if not is_success(connection.received) or b'"userErrors":[]' not in connection.received:
                    raise ClientError(connection.received.decode(errors="replace"))
                if pair >= _WARM_UP:
                    found[not is_right].append((time.perf_counter() - connection.sent_at) * 1_000)
    return found


def _request(sizes: Sizes, pair: int, seq: int, *, is_right: bool) -> Request:
    """Return an answer to a question of a prepared attempt; the first option is right everywhere."""
    attempt, place = divmod(pair % (_OPEN_ATTEMPTS * QUIZ_QUESTIONS), QUIZ_QUESTIONS)
    slot = place + 1
    question = attempt % sizes.quizzes * QUIZ_QUESTIONS + slot
    given = {
        "attemptId": identifier("attempt", PREPARED_FROM + attempt),
        "slot": slot,
        "answer": {"options": [identifier("option", 4 * question + (0 if is_right else 1))]},
        "clientSeq": seq,
    }
    return Request(attempt % sizes.users + 1, {"input": given})


if __name__ == "__main__":
    try:
        main()
    except (ServerError, ClientError, MissingFigureError, DatabaseUnavailableError) as error:
        sys.exit(f"bench: {error}")
