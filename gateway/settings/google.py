"""Settings of signing in with Google."""

from typing import Annotated

from pydantic import SecretStr
from pydantic_settings import BaseSettings, NoDecode

EXAMPLES = {
    "QUESTPATH_GOOGLE_CLIENT_ID": "1234567890-abc.apps.googleusercontent.com",
    "QUESTPATH_GOOGLE_CLIENT_SECRET": "what Google's console shows beside the client id",
    "QUESTPATH_GOOGLE_REDIRECT_URIS": "https://app.example.org/sign-in/google",
    "QUESTPATH_GOOGLE_ISSUER": "https://accounts.google.com",
}
"""A valid value of each setting."""


class GoogleSettings(BaseSettings):
    """Who this platform is to Google; without a client id, signing in with Google is off."""

    google_client_id: str | None = None
    google_client_secret: SecretStr | None = None
    google_redirect_uris: Annotated[list[str], NoDecode] = []
    """Addresses of the web and mobile apps to which Google may redirect, compared exactly."""
    google_issuer: str = "https://accounts.google.com"
