"""Settings of traces, metrics and error reports; each is off without an address or a port."""

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
    "QUESTPATH_SENTRY_DSN": "https://key@sentry.example.org/1",
    "QUESTPATH_SENTRY_TRACES": "0.1",
}
"""A valid value of each setting."""


class TelemetrySettings(BaseSettings):
    """The collector of traces, their share, the port and token of metrics, and where errors are reported."""

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
    """The bearer token for `/metrics` and `/health/details` on the public port, at least 16 characters."""
    sentry_dsn: SecretStr | None = None
    """The address of a project on a server with Sentry's protocol; without one no errors are reported."""
    sentry_traces: float = Field(default=0.1, ge=0, le=1)
    """The share of operations and jobs that is reported there with its duration."""

    @field_validator("otel_exporter_otlp_endpoint")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is not None and (
            urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc
        ):
            raise ValueError("it must be an http or https address")
        return value

    @field_validator("sentry_dsn")
    @classmethod
    def _is_dsn(cls, value: SecretStr | None) -> SecretStr | None:
        parts = urlsplit("" if value is None else value.get_secret_value())
        is_whole = parts.username and parts.hostname and parts.path.rpartition("/")[2].isdigit()
        if value is not None and not (parts.scheme in {"http", "https"} and is_whole):
            raise ValueError("it must be the address of a project, with its key and number")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _is_long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < _SHORTEST_TOKEN:
            raise ValueError(f"it must hold at least {_SHORTEST_TOKEN} characters")
        return value
