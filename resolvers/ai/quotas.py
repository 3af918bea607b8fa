"""The quota of the caller for language models."""

from domain.ai.quotas import AiQuota
from resolvers.context import Context


def quota_of_caller(context: Context) -> AiQuota:
    """Return how much the caller may ask of language models each day."""
    return context.ports.assistant.quotas.of(context.caller.roles)
