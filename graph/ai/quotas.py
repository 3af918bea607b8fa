"""The refusal of a caller who has used up the quota of the day for language models."""

from datetime import datetime

import strawberry

from domain.ai.errors import AiQuotaReachedError
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
