"""Sentry client: sends events by the transport of sentry-sdk, in a thread of its own."""

from typing import Any, cast

from sentry_sdk.client import Client

from gateway import version

_CLOSE_S = 2.0


class SentryClient:
    """A client of the SDK that is not its global one: no integration, no patch, no scope; it sends what it is given."""

    def __init__(self, dsn: str, environment: str) -> None:
        self._client = Client(
            dsn=dsn,
            environment=environment,
            release=f"questpath@{version.installed()}",
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            include_source_context=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            auto_session_tracking=False,
            send_client_reports=False,
            spotlight=False,
            # The SDK drops transactions without a share; which are sampled is decided before they come here.
            traces_sample_rate=1.0,
        )

    def capture(self, event: dict[str, Any]) -> None:
        """Queue an event for the thread that sends; a full queue drops it."""
        self._client.capture_event(cast("Any", event))

    def close(self) -> None:
        """Send what waits, within two seconds."""
        self._client.close(timeout=_CLOSE_S)
