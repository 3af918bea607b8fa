"""Language models: those that may be chosen, what the caller has used of them today, and the calls for operators."""

from datetime import datetime

import strawberry

from domain.ai.calls import AiCallStatus
from domain.ai.requests import Purpose
from domain.ids import AiCallId
from graph.accounts.users import User
from graph.directives import auth
from graph.enums import declare_enum
from graph.fields import attribute, loaded_by, resolved_by
from graph.jobs.jobs import OPERATOR_READS
from graph.node import Node
from graph.paging import Connection
from resolvers.accounts import loaders as account_loaders
from resolvers.ai import calls

MOST_MODELS = 100
declare_enum(
    Purpose,
    "What a language model is asked for.",
    name="AiPurpose",
    ROADMAP="A draft of a roadmap.",
    QUIZ="A draft of a quiz.",
    TOPICS="Topics of a chain.",
    EXPLANATION="An explanation of an answer.",
    CHAT="An answer in a chat.",
    TITLE="A title.",
    SUGGESTIONS="Questions that a learner may ask.",
    SECTIONS="Sections of a thread.",
)
declare_enum(
    AiCallStatus,
    "What became of a call of a language model.",
    RUNNING="It runs; its tokens and cost are estimates.",
    ANSWERED="It was answered.",
    REFUSED="The answer was not fit to keep, twice; or no model took the request.",
    UNAVAILABLE="No provider answered, or the answer broke off.",
    CANCELLED="The caller, or the platform, stopped it.",
    LOST="Its process ended before the call did; its tokens and cost are estimates.",
)


@strawberry.type(description="A language model that may be chosen.", directives=[auth()])
class AiModel:
    """One model."""

    name: str = attribute("Its name.")
    context: int = attribute("How many tokens a request and its answer may have together.")
    purposes: list[Purpose] = attribute(
        "For what it is the default; where none is, the first model of the list.", at_most=len(Purpose)
    )


@strawberry.type(
    description="What the caller has used of language models today, in UTC, and what the day has for them.",
    directives=[auth()],
)
class AiUsage:
    """The usage of a day."""

    requests: int = attribute("Requests so far; one that no provider answered does not count.")
    request_limit: int = attribute("Requests of a day.")
    tokens: int = attribute("Tokens so far, with those that are reserved for requests that run.")
    token_limit: int = attribute("Tokens of a day.")
    resets_at: datetime = attribute("When the next day begins.")


@strawberry.type(
    description="A call of a language model. No text of the prompt or the answer is stored with it.",
    directives=[*OPERATOR_READS],
)
class AiCall(Node):
    """One call."""

    id: AiCallId = attribute("The call's id, `aicall_...`; ids order by time.")
    caller: User | None = loaded_by(
        account_loaders.users_by_id,
        key="caller_id",
        description="Who asked; null once the account is deleted.",
    )
    purpose: Purpose = attribute("What the model was asked for.")
    prompt: str = attribute("The name of the prompt.")
    prompt_version: int = attribute("The version of the prompt.")
    model: str = attribute("The model that was asked last.")
    provider: str = attribute("The provider of that model.")
    status: AiCallStatus = attribute("What became of the call.")
    attempts: int = attribute("Requests to providers.")
    tokens_in: int = attribute("Tokens of the requests.")
    tokens_out: int = attribute("Tokens of the answers.")
    cost: int = attribute("What it cost, in millionths of a US dollar.")
    latency_ms: int | None = attribute("How long it took, in milliseconds; null until it ended.")
    started_at: datetime = attribute("When it began.")


@strawberry.type
class AiQueries:
    """The root fields about language models."""

    ai_models: list[AiModel] | None = resolved_by(
        calls.ai_models,
        description="The language models that may be chosen, in the order in which they are tried.",
        rule=auth(),
        at_most=MOST_MODELS,
    )
    ai_calls: Connection[AiCall] | None = resolved_by(
        calls.ai_calls,
        description="Calls of language models, newest first; calls are kept for 90 days.",
        rule=OPERATOR_READS,
        args={
            "caller_id": "Only those of this user.",
            "purpose": "Only those for this purpose.",
            "status": "Only those with this outcome.",
            "model": "Only those whose last model was this one.",
            "since": "Only calls that began from this moment on.",
            "until": "Only calls that began before this moment.",
        },
    )
