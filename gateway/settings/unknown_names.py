"""Unknown settings: names with our prefix that no setting has, in the environment or in `.env`."""

import difflib
import os

from pydantic_settings import BaseSettings, DotEnvSettingsSource

from gateway.settings.secret_files import SUFFIX, is_secret

PREFIX = "QUESTPATH_"


def first(settings: type[BaseSettings]) -> str | None:
    """Return a sentence about the first unknown name, or None; its value is not quoted."""
    fields = [
        (name, field) for name, field in settings.model_fields.items() if field.validation_alias is None
    ]
    words = {name.upper() for name, _ in fields}
    words |= {name.upper() + SUFFIX for name, field in fields if is_secret(field)}
    names = {name.upper() for name in (*os.environ, *DotEnvSettingsSource(settings).env_vars)}
    given = {name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX)}
    for word in sorted(given - words):
        close = difflib.get_close_matches(word, words, n=1)  # without the prefix, which makes all names alike
        hint = f"did you mean {PREFIX}{close[0]}?" if close else "see .env.example."
        return f"{PREFIX}{word} is no setting; {hint}"
    return None
