"""Calls and quotas of language models."""

from datetime import UTC, datetime
from decimal import Decimal

from domain.accounts.users import Role
from domain.ai.calls import AiCall, AiCallStatus
from domain.ai.models import Model
from domain.ai.quotas import AiQuota
from domain.ai.requests import AiRequest, Purpose, Turn
from domain.ids import AiCallId, UserId
from tests.builders import mint

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PLENTY = AiQuota(requests=1_000, tokens=1_000_000, per_minute=1_000)


def a_call(caller_id: UserId, **values) -> AiCall:
    return AiCall(
        **{
            "id": AiCallId(mint("aicall")),
            "caller_id": caller_id,
            "purpose": Purpose.CHAT,
            "prompt": "chat",
            "prompt_version": 1,
            "model": "small",
            "provider": "main",
            "status": AiCallStatus.RUNNING,
            "attempts": 0,
            "tokens_in": 100,
            "tokens_out": 50,
            "cost": 300,
            "latency_ms": None,
            "started_at": NOON,
        }
        | values
    )


def a_model(name: str, **values) -> Model:
    return Model(
        **{
            "name": name,
            "provider": "main",
            "price_in": Decimal("0.25"),
            "price_out": Decimal(2),
            "context": 100_000,
            "purposes": [],
        }
        | values
    )


def a_chat_request(purpose: Purpose = Purpose.CHAT, *turns: Turn, **quoted: str) -> AiRequest:
    return AiRequest(
        caller_id=UserId(mint("user")),
        roles=frozenset({Role.LEARNER}),
        purpose=purpose,
        prompt="chat",
        longest=1_000,
        quoted=quoted,
        turns=turns,
    )
