"""Models: the language models that the platform offers, their prices, and the order in which they are tried."""

from collections.abc import Sequence
from dataclasses import field
from decimal import ROUND_CEILING, Decimal

from domain.ai.errors import PromptTooLongError, UnknownModelError
from domain.ai.requests import Purpose
from domain.entities import entity


@entity
class Model:
    """A language model.

    `price_in` and `price_out` are in dollars for a million tokens, which is millionths of a dollar for one. `context`
    is how many tokens a request and its answer may have together. It is the default of `purposes`.
    """

    name: str
    provider: str
    price_in: Decimal
    price_out: Decimal
    context: int
    purposes: list[Purpose] = field(default_factory=list)

    def cost(self, tokens_in: int, tokens_out: int) -> int:
        """Return what tokens cost, in millionths of a dollar, rounded up."""
        exact = tokens_in * self.price_in + tokens_out * self.price_out
        return int(exact.to_integral_value(rounding=ROUND_CEILING))


def chain(models: Sequence[Model], *, name: str | None, purpose: Purpose, tokens: int) -> list[Model]:
    """Return the models to try: first the one that was asked for or the default of the purpose, then the others.

    Raises UnknownModelError for a model that is not offered, and PromptTooLongError if the first one cannot take
    `tokens`, those of the request and its answer; others that cannot are left out.
    """
    first = _first(models, name, purpose)
    if tokens > first.context:
        raise PromptTooLongError(
            f"The texts and the answer need about {tokens} tokens, and the model {first.name} takes {first.context}; "
            "send less text, or choose another model."
        )
    return [first, *(each for each in models if each is not first and tokens <= each.context)]


def offered(models: Sequence[Model], name: str) -> Model:
    """Return the model of a name; raises UnknownModelError for one that is not offered."""
    found = next((each for each in models if each.name == name), None)
    if found is None:
        names = ", ".join(each.name for each in models)
        raise UnknownModelError(f"model must be one of {names}.", field="model")
    return found


def _first(models: Sequence[Model], name: str | None, purpose: Purpose) -> Model:
    if name is None:
        return next((each for each in models if purpose in each.purposes), models[0])
    return offered(models, name)
