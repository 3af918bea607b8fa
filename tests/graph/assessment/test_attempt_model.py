"""No answer that was acknowledged is lost, and each attempt is graded and paid once.

A state machine plays a learner with two quizzes that share questions, on real Postgres: starts, answers, flags,
submits, abandons, waits, sends requests again with and without their keys, and sends several at once. After each step
the rows are compared with the model.
"""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from domain.assessment import attempt_expiry
from domain.content.answers import Answer
from domain.content.quizzes import Feedback
from domain.gamification import xp
from domain.unit_of_work import Meter
from persistence.database import connect
from tests.builders import mint
from tests.support.attempt_model import ENDED, GRADED, ROWS, ModelAttempt, ModelLearner, ModelQuiz, compare
from tests.support.attempts import QuizTaker, a_quiz_taker, a_twin_of, codes
from tests.support.schema_client import Asker, asker_on

QUIZZES = st.sampled_from(["whole", "part"])
KEYS = st.sampled_from([None, None, None, "a", "b"])
"""A key that is sent again, or None for one of its own."""
SLOTS = st.sampled_from([1, 1, 2, 2, 3, 6])
"""The smaller quiz has two slots and the other one five; more answers to the same slots meet more rules."""
LATEST = st.sampled_from([0, 0, 0, 0, 1, 2])
"""Which attempt at a quiz, counted from the latest."""
GIVEN = st.tuples(SLOTS, st.booleans(), st.booleans())
"""A slot, the answer, and whether the number of the answer is an old one."""
PAUSES = st.sampled_from([timedelta(seconds=s) for s in (1, 1, 1, 1, 20, 20, 400, 604, 606)])
"""The larger ones end before the deadline of the larger quiz, within its five seconds of grace, and after them."""
TAKEN = "SELECT coalesce(sum(quizzes), 0) FROM attempt_days WHERE user_id = $1"


class Machine(RuleBasedStateMachine):
    """One learner, two quizzes, and the model of both."""

    runner: asyncio.Runner
    ask: Asker

    def __init__(self) -> None:
        super().__init__()
        self.model = ModelLearner()
        self.takers: dict[str, QuizTaker] = {}
        self.quizzes: dict[str, ModelQuiz] = {}
        self.seq = 0
        self.results: dict[str, Any] = {}

    @initialize(feedback=st.sampled_from([Feedback.AT_END, Feedback.AT_END, Feedback.AFTER_EACH]))
    def meet_two_quizzes(self, feedback: Feedback) -> None:
        self.runner.run(self._begin(feedback))

    async def _begin(self, feedback: Feedback) -> None:
        whole = await a_quiz_taker(self.ask)
        limit = timedelta(minutes=20)
        self.takers = {"whole": whole, "part": await a_twin_of(whole, 2, feedback=feedback, time_limit=limit)}
        for name, taker in self.takers.items():
            size = len(taker.questions)
            self.quizzes[name] = ModelQuiz(name, size, taker.quiz.time_limit, taker.quiz.feedback)

    @rule(name=QUIZZES, key=KEYS)
    def start(self, name: str, key: str | None) -> None:
        self._start(name, key or mint("key"))

    def _start(self, name: str, sent: str) -> None:
        quiz, now = self.quizzes[name], self.ask.clock()
        payload = self.runner.run(self.takers[name].start(sent))
        known = self.model.start_keys.get(sent)
        if known is not None and known.quiz is not quiz:
            assert codes(payload) == [("IdempotencyKeyReused", "idempotencyKey")]
            return
        running = self.model.running(quiz)
        if running is not None and running.is_overdue(now):
            self.model.end(running, now)
            running = None
        expected = known or running
        if expected is None:
            deadline = None if quiz.limit is None else now + quiz.limit
            expected = ModelAttempt(payload["attempt"]["id"], quiz, deadline)
            assert expected.id not in {attempt.id for attempt in self.model.attempts}
            self.model.attempts.append(expected)
        self.model.start_keys.setdefault(sent, expected)
        assert payload["attempt"]["id"] == expected.id

    @rule(name=QUIZZES, which=LATEST, given=st.lists(GIVEN, min_size=1, max_size=4), after=PAUSES)
    def answer(self, name: str, which: int, given: list[tuple[int, bool, bool]], after: timedelta) -> None:
        """Answer slots of the latest attempt or an earlier one."""
        attempt = self._pick(name, which, after)
        if attempt is None:
            return
        for slot, truth, late in given:
            self._answer(attempt, slot, truth=truth, late=late)

    def _answer(self, attempt: ModelAttempt, slot: int, *, truth: bool, late: bool) -> None:
        """Answer a slot; `late` sends the number of the answer that is kept, with another answer."""
        self.seq += 1
        seq = attempt.saved[slot][1] if late and slot in attempt.saved else self.seq
        taker = self.takers[attempt.quiz.name]
        payload = self.runner.run(taker.answer(attempt.id, slot, Answer(truth=truth), seq=seq))
        if slot > attempt.quiz.size:
            assert codes(payload) == [("NotFound", "slot")]
        elif not attempt.takes_answers(self.ask.clock()):
            assert codes(payload) == [("AttemptClosed", "attemptId")]
        elif slot in attempt.saved and seq <= attempt.saved[slot][1]:
            assert payload["slot"]["answer"]["truth"] == attempt.saved[slot][0]
        elif slot in attempt.saved and attempt.quiz.feedback is Feedback.AFTER_EACH:
            assert codes(payload) == [("SlotLocked", "slot")]
        else:
            assert payload["slot"]["answer"]["truth"] == truth
            attempt.saved[slot] = (truth, seq)

    @rule(name=QUIZZES, slot=SLOTS, flagged=st.booleans())
    def flag(self, name: str, slot: int, flagged: bool) -> None:
        attempt = self._pick(name, 0)
        if attempt is None:
            return
        payload = self.runner.run(self.takers[name].flag(attempt.id, slot, flagged=flagged))
        if slot <= attempt.quiz.size and attempt.takes_answers(self.ask.clock()):
            assert payload["slot"]["flagged"] is flagged
            (attempt.flagged.add if flagged else attempt.flagged.discard)(slot)
        else:
            assert codes(payload) in ([("NotFound", "slot")], [("AttemptClosed", "attemptId")])

    @rule(name=QUIZZES, which=LATEST, again=st.booleans(), after=PAUSES)
    def submit(self, name: str, which: int, again: bool, after: timedelta) -> None:
        """Submit under the key that submitted the attempt before, or under another one."""
        attempt, now = self._pick(name, which, after), self.ask.clock()
        if attempt is None:
            return
        key = attempt.submit_key if again and attempt.submit_key else mint("key")
        payload = self.runner.run(self.takers[name].submit(attempt.id, key))
        if attempt.is_running:
            attempt.submit_key = key
            self.model.end(attempt, now)
            assert payload["attempt"]["state"] == attempt.state.value
        elif key == attempt.submit_key:
            assert payload["attempt"]["id"] == attempt.id
            assert payload["attempt"]["state"] == attempt.state.value
        else:
            assert codes(payload) == [("AttemptAlreadySubmitted", "attemptId")]
            assert payload["userErrors"][0]["attempt"]["id"] == attempt.id

    @rule(name=QUIZZES, which=LATEST)
    def abandon(self, name: str, which: int) -> None:
        attempt, now = self._pick(name, which), self.ask.clock()
        if attempt is None:
            return
        payload = self.runner.run(self.takers[name].abandon(attempt.id))
        if attempt.state in ENDED:
            assert codes(payload) == [("AttemptAlreadySubmitted", "attemptId")]
            return
        if attempt.is_overdue(now):
            self.model.end(attempt, now)
        elif attempt.is_running:
            self.model.abandon(attempt, now)
        assert payload["attempt"]["state"] == attempt.state.value

    @rule(name=QUIZZES, submits=st.integers(1, 4), abandons=st.booleans(), answers=st.booleans())
    def race(self, name: str, submits: int, abandons: bool, answers: bool) -> None:
        """Send several requests at once, from several devices; whichever ends the attempt ends it for all."""
        attempt, now = self._pick(name, 0), self.ask.clock()
        if attempt is None or attempt.is_overdue(now) or not attempt.is_running:
            return
        self.runner.run(self._race(name, attempt, submits, abandons, answers))

    async def _race(
        self, name: str, attempt: ModelAttempt, submits: int, abandons: bool, answers: bool
    ) -> None:
        taker, now = self.takers[name], self.ask.clock()
        keys = [mint("key") for _ in range(submits)]
        self.seq += 1
        sent = [taker.submit(attempt.id, key) for key in [*keys, keys[0]]]
        sent += [taker.abandon(attempt.id)] if abandons else []
        sent += [taker.answer(attempt.id, 1, Answer(truth=True), seq=self.seq)] if answers else []
        payloads = await asyncio.gather(*sent)
        if answers and payloads[-1]["slot"]:
            attempt.saved[1] = (True, self.seq)
        won = {key for key, payload in zip(keys, payloads, strict=False) if payload["attempt"]}
        is_abandoned = abandons and bool(payloads[submits + 1]["attempt"])
        assert len(won) + is_abandoned == 1
        if is_abandoned:
            self.model.abandon(attempt, now)
        else:
            (attempt.submit_key,) = won
            self.model.end(attempt, now)

    @rule(name=QUIZZES, which=LATEST, after=PAUSES)
    def read(self, name: str, which: int, after: timedelta) -> None:
        attempt, now = self._pick(name, which, after), self.ask.clock()
        if attempt is None:
            return
        found = self.runner.run(self.takers[name].read(attempt.id))
        if attempt.is_overdue(now):
            self.model.end(attempt, now)
        assert found is not None
        assert found["state"] == attempt.state.value
        assert (found["score"] is not None) == (attempt.state in GRADED)

    @rule()
    def sweep(self) -> None:
        self.runner.run(self._sweep())
        self.model.expire(self.ask.clock())

    async def _sweep(self) -> None:
        now, open_work = self.ask.clock(), self.ask.postgres.open_work
        async with open_work(Meter()) as work:
            await attempt_expiry.expire_overdue(work, mint=mint, now=now, limit=100)
        await attempt_expiry.release_withheld(lambda: open_work(Meter()), mint=mint, now=now, limit=100)

    @invariant()
    def the_rows_are_those_of_the_model(self) -> None:
        if not self.takers:
            return
        rows = {row["id"]: row for row in self.runner.run(self._rows())}
        assert rows.keys() == {attempt.id for attempt in self.model.attempts}
        for attempt in self.model.attempts:
            compare(attempt, rows[attempt.id])
            if attempt.state in GRADED:
                row = rows[attempt.id]
                result = (row["score"], row["finished_at"], row["entries"])
                assert self.results.setdefault(attempt.id, result) == result

    @invariant()
    def every_grade_is_counted_once_and_the_ledger_is_the_total(self) -> None:
        if not self.takers:
            return
        taken, differences = self.runner.run(self._sums())
        assert taken == sum(attempt.state in GRADED for attempt in self.model.attempts)
        assert differences == []

    async def _rows(self) -> list[Any]:
        async with self.ask.postgres.open_reads(Meter()) as reads:
            return list(await reads.connection.raw.fetch(ROWS, self._user_id))

    async def _sums(self) -> tuple[int, list[Any]]:
        async with self.ask.postgres.open_reads(Meter()) as reads:
            taken = await reads.connection.raw.fetchval(TAKEN, self._user_id)
            return int(taken), list(await xp.reconcile(reads.xp))

    @property
    def _user_id(self) -> str:
        return str(self.takers["whole"].viewer.user_id)

    def _pick(self, name: str, which: int, after: timedelta = timedelta(0)) -> ModelAttempt | None:
        """Return the latest attempt at a quiz, which is started where none is open, or one of those before; time passes then."""
        if which == 0 and self.model.running(self.quizzes[name]) is None:
            self._start(name, mint("key"))
        own = [attempt for attempt in self.model.attempts if attempt.quiz.name == name]
        self.ask.clock.moment += after
        return own[-1 - which % len(own)] if own else None


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_one_open_attempt_one_grade_one_award_and_no_answer_lost_in_any_order(database_url: str) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        database = runner.run(stack.enter_async_context(connect(database_url)))
        ask = runner.run(stack.enter_async_context(asker_on(database)))
        try:
            run_state_machine_as_test(
                type("BoundMachine", (Machine,), {"runner": runner, "ask": ask}),
                settings=settings(
                    max_examples=30,
                    stateful_step_count=25,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
            assert ask.defects == []
        finally:
            runner.run(stack.aclose())
