"""Settings of language models: providers and their keys, the models that are offered, and the quotas of callers."""

import importlib.util
import json
from decimal import Decimal
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from domain.accounts.users import Role
from domain.ai.models import Model
from domain.ai.quotas import AiQuotas
from domain.ai.requests import Purpose
from gateway.settings.integrations import IntegrationError

OFFLINE = "offline"
"""The provider that needs no key: the offline author."""
OFFLINE_MODEL = Model(
    name="offline-author",
    provider=OFFLINE,
    price_in=Decimal(0),
    price_out=Decimal(0),
    context=64_000,
    purposes=list(Purpose),
)
KINDS = ("openai", "anthropic")
"""The kinds of providers: those that speak like OpenAI's chat completions, and those that speak like Anthropic's."""
_MOST = 1_000_000_000
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_PACKAGE = "pydantic_ai"
"""What the extra `ai` installs."""

EXAMPLES = {
    "QUESTPATH_AI_PROVIDERS": "main=openai+https://api.openai.com/v1,second=anthropic+https://api.anthropic.com",
    "QUESTPATH_AI_KEYS": "main=the key of one,second=the key of the other",
    "QUESTPATH_AI_MODELS": '[{"name": "small-model", "provider": "main", "input": 0.25, "output": 2, '
    '"context": 128000, "purposes": ["CHAT", "TITLE"]}]',
    "QUESTPATH_AI_REQUESTS": "LEARNER:50,AUTHOR:200,ADMIN:500",
    "QUESTPATH_AI_TOKENS": "LEARNER:200000,AUTHOR:1000000,ADMIN:2000000",
    "QUESTPATH_AI_PER_MINUTE": "10",
    "QUESTPATH_AI_TIMEOUT_S": "120",
    "QUESTPATH_AI_SILENCE_S": "30",
    "QUESTPATH_AI_TRIES": "2",
}
"""A valid value of each setting."""


class ModelSetting(BaseModel):
    """A model in the list of `QUESTPATH_AI_MODELS`; prices are in dollars for a million tokens."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    provider: str
    input: Decimal = Field(ge=0, le=10_000)
    output: Decimal = Field(ge=0, le=10_000)
    context: int = Field(ge=1_000, le=100_000_000)
    purposes: list[Purpose] = []


class AiSettings(BaseSettings):
    """Which language models answer, and how often they are asked; without providers the offline author answers."""

    ai_providers: Annotated[dict[str, str], NoDecode] = {}
    """By name of our choice: the kind of a provider and its address."""
    ai_keys: Annotated[dict[str, SecretStr], NoDecode] = {}
    """By the same names: the keys."""
    ai_models: Annotated[list[ModelSetting], NoDecode] = []
    """The models that callers may choose, in the order in which they are tried."""
    ai_requests: Annotated[dict[Role, int], NoDecode] = {Role.LEARNER: 50, Role.AUTHOR: 200, Role.ADMIN: 500}
    """Requests of a day in UTC, by role."""
    ai_tokens: Annotated[dict[Role, int], NoDecode] = {
        Role.LEARNER: 200_000,
        Role.AUTHOR: 1_000_000,
        Role.ADMIN: 2_000_000,
    }
    """Tokens of a day in UTC, by role."""
    ai_per_minute: int = Field(default=10, ge=1, le=10_000)
    """Requests of a minute, of each caller."""
    ai_timeout_s: float = Field(default=120, ge=1, le=1_800)
    """How long one request to a provider may take."""
    ai_silence_s: float = Field(default=30, ge=0.1, le=1_800)
    """How long a provider may send nothing."""
    ai_tries: int = Field(default=2, ge=1, le=5)
    """How often a model is asked before the next one is."""

    @field_validator("ai_providers", "ai_keys", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = (part.partition("=") for part in value.split(",") if part.strip())
        return {name.strip(): given.strip() for name, _, given in pairs}

    @field_validator("ai_models", mode="before")
    @classmethod
    def _from_json(cls, value: object) -> object:
        return json.loads(value) if isinstance(value, str) and value.strip() else value or []

    @field_validator("ai_requests", "ai_tokens", mode="before")
    @classmethod
    def _by_role(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = (part.partition(":") for part in value.split(",") if part.strip())
        return {name.strip(): figure.strip() for name, _, figure in pairs}

    @field_validator("ai_requests", "ai_tokens")
    @classmethod
    def _for_learners(cls, value: dict[Role, int]) -> dict[Role, int]:
        if Role.LEARNER not in value or not all(0 <= figure <= _MOST for figure in value.values()):
            raise ValueError(f"it needs a figure for LEARNER, and figures from 0 to {_MOST}")
        return value

    @field_validator("ai_providers")
    @classmethod
    def _addresses(cls, value: dict[str, str]) -> dict[str, str]:
        for name, given in value.items():
            kind, _, url = given.partition("+")
            parts = urlsplit(url)
            if kind not in KINDS or parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError(f"{name} must be {' or '.join(KINDS)}, a plus sign and an address")
            if name == OFFLINE or not name:
                raise ValueError("a provider needs a name, and not that of the offline author")
        return value

    @property
    def offered_models(self) -> list[Model]:
        """The models that callers may choose, in the order in which they are tried."""
        return [_model(each) for each in self.ai_models] or [OFFLINE_MODEL]

    @property
    def ai_quotas(self) -> AiQuotas:
        """The quotas of callers."""
        return AiQuotas(requests=self.ai_requests, tokens=self.ai_tokens, per_minute=self.ai_per_minute)


def check(settings: AiSettings, *, production: bool) -> None:
    """Check that the settings fit together; raises IntegrationError."""
    known = {*settings.ai_providers, OFFLINE}
    names = [model.name for model in settings.ai_models]
    if settings.ai_keys.keys() - known:
        raise IntegrationError("QUESTPATH_AI_KEYS", "must have the names of QUESTPATH_AI_PROVIDERS alone")
    if settings.ai_providers and not names:
        raise IntegrationError("QUESTPATH_AI_MODELS", "must be set together with QUESTPATH_AI_PROVIDERS")
    if any(model.provider not in known for model in settings.ai_models):
        raise IntegrationError(
            "QUESTPATH_AI_MODELS", "must have providers of QUESTPATH_AI_PROVIDERS, or offline"
        )
    if len(set(names)) != len(names):
        raise IntegrationError("QUESTPATH_AI_MODELS", "must not have two models of one name")
    if production and any(_is_plain(given) for given in settings.ai_providers.values()):
        raise IntegrationError(
            "QUESTPATH_AI_PROVIDERS", "must have https addresses, or those of this machine"
        )
    if settings.ai_providers and importlib.util.find_spec(_PACKAGE) is None:
        raise IntegrationError(
            "QUESTPATH_AI_PROVIDERS",
            "needs packages that are not installed (docs/operators/ai.md says which); with them it is",
        )


def _is_plain(given: str) -> bool:
    """Tell whether keys and texts would go over a network without encryption."""
    parts = urlsplit(given.partition("+")[2])
    return parts.scheme != "https" and parts.hostname not in _LOOPBACK


def _model(setting: ModelSetting) -> Model:
    return Model(
        name=setting.name,
        provider=setting.provider,
        price_in=setting.input,
        price_out=setting.output,
        context=setting.context,
        purposes=setting.purposes,
    )
