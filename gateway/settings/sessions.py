"""Settings of sessions: how long they last."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings

from domain.authentication.sessions import SessionLifetime

_DEFAULT = SessionLifetime()

EXAMPLES = {"QUESTPATH_SESSION_IDLE_DAYS": "30", "QUESTPATH_SESSION_DAYS": "365"}
"""A valid value of each setting."""


class SessionSettings(BaseSettings):
    """How long sessions last."""

    session_idle_days: int = Field(default=_DEFAULT.idle.days, ge=1, le=90)
    """Days after which a session ends that was not refreshed; spent tokens are kept a day longer than the most."""
    session_days: int = Field(default=_DEFAULT.absolute.days, ge=1, le=3_650)
    """Days after which a session ends however often it was refreshed."""

    @property
    def session_lifetime(self) -> SessionLifetime:
        """How long sessions last."""
        return SessionLifetime(
            idle=timedelta(days=self.session_idle_days), absolute=timedelta(days=self.session_days)
        )
