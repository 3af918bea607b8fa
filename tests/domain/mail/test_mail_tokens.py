"""Mail tokens: a mail is found by the token that was made for it, and by no other."""

from domain.mail import mail_tokens
from domain.mail.mail_keys import MailKeys
from tests.builders.mail import KEYS


def test_a_mail_is_found_in_a_message_id_and_in_an_address() -> None:
    token = mail_tokens.token(42, KEYS)

    for text in (f"<mail-{token}@example.org>", f"bounces+{token}@example.org", f"BOUNCES+{token.upper()}@X"):
        assert mail_tokens.mail_in(text, KEYS) == 42


def test_a_token_is_found_after_wrong_ones_and_after_a_change_of_keys() -> None:
    token = mail_tokens.token(7, KEYS)
    newer = MailKeys(present=b"a newer key", previous=(KEYS.present,))

    assert mail_tokens.mail_in(f"1-{'a' * 24} {token}", newer) == 7


def test_nobody_makes_a_token_without_the_key() -> None:
    signature = mail_tokens.token(42, KEYS).partition("-")[2]
    other = mail_tokens.token(42, MailKeys(present=b"another key"))

    for text in ("", "42", f"43-{signature}", f"042-{signature}", f"42-{signature[:-1]}", other):
        assert mail_tokens.mail_in(text, KEYS) is None


def test_the_longest_token_fits_into_the_local_part_of_an_address() -> None:
    assert len("bounces+" + mail_tokens.token(999_999_999_999_999_999, KEYS)) <= 64
