"""Settings of traces and metrics; both are off without an address or a port."""

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
    """The collector of traces, their share, and the port and token of metrics."""

    otel_exporter_otlp_endpoint: str | None = Field(
        default=None, validation_alias=AliasChoices("OTEL_EXPORTER_OTLP_ENDPOINT")
    )
    """The address of a collector for OTLP over HTTP; without one nothing is traced."""
    trace_share: float = Field(default=0.05, ge=0, le=1)
    """The share of operations that are traced where the request has no `traceparent`."""
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=1, le=65_535)
    """A separate port for `/metrics`; on the public port `/metrics` needs the token."""
    metrics_ports: int = Field(default=1, ge=1, le=1_000)
    """The number of ports that are tried, from `metrics_port` on; each process takes one."""
    metrics_token: SecretStr | None = None
    """The bearer token for `/metrics` on the public port, at least 16 characters."""

    @field_validator("otel_exporter_otlp_endpoint")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is not None and (
            urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc
        ):
            raise ValueError("it must be an http or https address")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _is_long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < _SHORTEST_TOKEN:
            raise ValueError(f"it must hold at least {_SHORTEST_TOKEN} characters")
        return value
