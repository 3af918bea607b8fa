"""Learners who explore, in tests: rows of topics, chats, threads and calls at random moments."""

import random
from datetime import datetime, timedelta
from typing import Any

from domain.ids import UserId
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.support.schema_client import Asker

_CHAIN = """INSERT INTO topic_chains (id, owner_id, public_id, title, path, path_key, created_at, changed_at)
    VALUES ($1, $2, $1, $3, '{a}', $1, $4, $4)"""
_TOPIC = """INSERT INTO topics (id, chain_id, name, name_key, description, difficulty, depth, is_base, is_generated,
    explored_at, created_at) VALUES ($1, $2, $1, $1, '', 0, 0, false, false, $3, $4)"""
_CHAT = """INSERT INTO explore_chats (id, user_id, topic, started_at, last_active_at, message_count, tokens, time_spent,
    suggested_questions, suggested_after) VALUES ($1, $2, 'Sets', $3, $4, 0, 0, interval '0', '{}', 0)"""
_MESSAGE = """INSERT INTO chat_messages (id, chat_id, number, question, answer, state, writing, tokens, failure, asked_at,
    started_at, ended_at) VALUES ($1, $2, $3, 'Why  is
    it so?', '', $4, 1, 0, $5, $6, $6, $7)"""
_THREAD = """INSERT INTO threads (id, owner_id, title, description, version, created_at, changed_at)
    VALUES ($1, $2, 'A thread', '', 1, $3, $3)"""
_CONTENT = """INSERT INTO thread_contents (id, thread_id, position, title, body, is_generated, created_at, changed_at)
    VALUES ($1, $2, $3, 'A content', '', false, $4, $4)"""
_CALL = """INSERT INTO ai_calls (id, caller_id, purpose, prompt, prompt_version, model, provider, status, attempts,
    tokens_in, tokens_out, cost, latency_ms, started_at) VALUES ($1, $2, $3, 'p', 1, 'm', 'o', $4, 1, $5, $6, 0, $7, $8)"""
_CHANGE = """INSERT INTO zone_changes (user_id, changed_at, old_time_zone, new_time_zone, old_day_start_hour,
    new_day_start_hour) VALUES ($1, $2, $3, $4, $5, $6)"""


async def explored_at_random(ask: Asker, user_id: UserId, *, days: int, size: int, seed: int = 1) -> None:
    """Store rows of a learner who explored within some days before now, in several time zones."""
    dice = random.Random(seed)
    now = ask.clock()

    def moment() -> datetime:
        return now - timedelta(seconds=dice.randrange(days * 86_400), microseconds=dice.randrange(10**6))

    async with ask.postgres.open_work(Meter()) as work:
        run = work.connection.raw.execute
        await run(
            "UPDATE users SET time_zone = 'Pacific/Auckland', day_start_hour = 3 WHERE id = $1", user_id
        )
        await run(_CHANGE, user_id, now - timedelta(days=40), "Pacific/Niue", "America/St_Johns", 0, 5)
        await run(_CHANGE, user_id, now - timedelta(days=9), "America/St_Johns", "Pacific/Auckland", 5, 3)
        for _ in range(size):
            chain_id, chat_id, thread_id = mint("topicchain"), mint("chat"), mint("thread")
            await run(_CHAIN, chain_id, user_id, chain_id[-4:], moment())
            for _ in range(dice.randrange(4)):
                at = moment()
                await run(_TOPIC, mint("topic"), chain_id, at if dice.random() < 0.7 else None, at)
            await _a_chat(run, dice, chat_id, user_id, moment())
            await run(_THREAD, thread_id, user_id, moment())
            for position in range(dice.randrange(4)):
                await run(_CONTENT, mint("threadcontent"), thread_id, position, moment())
            for purpose, status, latency in (
                ("SECTIONS", "ANSWERED", 900),
                ("CHAT", "ANSWERED", 100),
                ("TOPICS", "REFUSED", 50),
                ("QUIZ", "RUNNING", None),
            ):
                tokens = dice.randrange(5_000)
                await run(_CALL, mint("aicall"), user_id, purpose, status, tokens, 7, latency, moment())


async def _a_chat(run: Any, dice: random.Random, chat_id: str, user_id: UserId, start: datetime) -> None:
    """Store a chat with pauses below and above five minutes, and an answer of every end."""
    await run(_CHAT, chat_id, user_id, start, start)
    at = start
    for number in range(1, dice.randrange(2, 7)):
        at += timedelta(seconds=dice.choice([3, 70, 299, 300, 301, 4_000, 90_000]), microseconds=number)
        state = dice.choice(["DONE", "DONE", "CANCELLED", "FAILED"])
        ended_at = at + timedelta(seconds=dice.randrange(600))
        failure = "X" if state == "FAILED" else None
        await run(_MESSAGE, mint("chatmessage"), chat_id, number, state, failure, at, ended_at)
        at = ended_at
