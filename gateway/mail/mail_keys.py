"""Mail keys of the settings."""

from domain.mail.mail_keys import MailKeys
from gateway.secrets_and_ids import derived
from gateway.settings.environment import Settings

_PURPOSE = "mails"


def of_settings(settings: Settings) -> MailKeys:
    """Return the key of the mails' own secret, if it is set, and after it those of the other secrets."""
    secrets = [settings.secret, *settings.previous_secrets]
    if settings.mail_secret is not None:
        secrets.insert(0, settings.mail_secret)
    present, *previous = [derived(secret.get_secret_value(), _PURPOSE) for secret in secrets]
    return MailKeys(present=present, previous=tuple(previous))
