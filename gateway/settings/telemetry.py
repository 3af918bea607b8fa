"""Settings of traces and metrics: both are off unless an address or a port is set."""

from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

_SHORTEST_TOKEN = 16

EXAMPLES = {
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.example.org:4318",
    "QUESTPATH_TRACE_SHARE": "0.05",
    "QUESTPATH_METRICS_HOST": "127.0.0.1",
    "QUESTPATH_METRICS_PORT": "9100",
    "QUESTPATH_METRICS_PORTS": "8",
    "QUESTPATH_METRICS_TOKEN": "the output of: openssl rand -base64 24",
}
"""A valid value of each setting."""


class TelemetrySettings(BaseSettings):
    """Where traces go, how many are made, and who may read metrics."""

    otel_exporter_otlp_endpoint: str | None = Field(
        default=None, validation_alias=AliasChoices("OTEL_EXPORTER_OTLP_ENDPOINT")
    )
    """A collector that takes OTLP over HTTP; without one nothing is traced."""
    trace_share: float = Field(default=0.05, ge=0, le=1)
    """The share of operations that are traced where the caller does not say."""
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=1, le=65_535)
    """A port of its own for `/metrics`; on the public one it needs the token."""
    metrics_ports: int = Field(default=1, ge=1, le=1_000)
    """How many ports from that one on are tried; workers take one each, and are given twice their number."""
    metrics_token: SecretStr | None = None
    """The bearer token with which `/metrics` may be read on the public port, at least 16 characters."""

    @field_validator("otel_exporter_otlp_endpoint")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and (
            urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc
        ):
            raise ValueError("it must be an http or https address")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < _SHORTEST_TOKEN:
            raise ValueError(f"it must hold at least {_SHORTEST_TOKEN} characters")
        return value
