"""Refusals of requests to language models: a used up quota of the day, and a model that is not offered."""

from datetime import datetime

import strawberry

from domain.ai.errors import AiQuotaReachedError, UnknownModelError
from graph.errors import UserError, declare_error
from graph.fields import attribute


@strawberry.type
class _AiQuotaReachedBase(UserError):  # noqa: N818 - a type of the schema
    """A refusal with the moment at which it ends."""

    resets_at: datetime = attribute("When more can be asked for.")


declare_error(
    AiQuotaReachedError,
    "The caller has used up the requests or tokens of the day for language models.",
    base=_AiQuotaReachedBase,
)
declare_error(
    UnknownModelError, "The platform does not offer this language model; `aiModels` has those that it offers."
)
