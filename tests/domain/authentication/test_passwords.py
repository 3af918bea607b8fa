"""Passwords: what is refused, and that a sentence is not."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.authentication.password_strength import is_guessable
from domain.authentication.passwords import WeakPasswordError, checked_password
from domain.errors import InvalidInputError
from gateway.authentication.password_hashing import Argon2Passwords

REAL = Argon2Passwords()
"""Only its list is asked here; nothing is hashed."""


def checked(password: str, *, email: str = "ada.lovelace@example.org", handle: str = "countess") -> str:
    return checked_password(password, email=email, handle=handle, passwords=REAL)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "kites over Tulsa",
        "horse8734509823475",
        "J7$kq!vR02xmPw",
        "пароль от калитки",
        "twelve chars",
        " ".join(f"{n} green bottles" for n in range(10))[:128],
    ],
)
def test_a_long_unguessable_password_is_accepted_unchanged(password: str) -> None:
    assert checked(password) == password


@pytest.mark.parametrize("password", ["elevenchars", "", "y" * 129])
def test_a_password_has_12_to_128_characters(password: str) -> None:
    with pytest.raises(WeakPasswordError, match="12 to 128"):
        checked(password)


def test_a_megabyte_is_refused_before_it_is_normalised() -> None:
    with pytest.raises(InvalidInputError):
        checked("a" * 1_000_000)


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "PasswordPassword",
        "qwertyuiop123",
        "123456789012",
        "P@ssw0rd1234",
        "monkeymonkey1",
        "iloveyou2024!",
        "abcdefghijkl",
        "1qaz2wsx3edc",
        "!!!password!!!",
        "abcabcabcabcabc",
        "qwertyuiopas",
        "dragon dragon",
        "letmeinletmein!",
        "aaaaaaaaaaab",
    ],
)
def test_a_padded_or_repeated_common_password_is_refused(password: str) -> None:
    with pytest.raises(WeakPasswordError, match="easy to guess"):
        checked(password)


def test_a_breached_password_is_refused() -> None:
    assert REAL.is_common("applesandbananas")

    with pytest.raises(WeakPasswordError):
        checked("ApplesAndBananas")


@pytest.mark.parametrize(
    "password",
    [
        "ada.lovelace@example.org",
        "ADA.Lovelace@Example.org",
        "ada.lovelace",
        "ada.lovelace1815",
        "countess1815!",
        "countesscountess",
        "questpath2026",
    ],
)
def test_the_address_and_handle_of_the_account_are_refused_as_passwords(password: str) -> None:
    with pytest.raises(WeakPasswordError):
        checked(password)


def test_a_password_is_the_same_on_every_keyboard() -> None:
    assert checked("ﬁfteen ﬂat ﬁelds") == "fifteen flat fields"
    assert checked("cafe\u0301 au lait bowl") == "caf\u00e9 au lait bowl"


def test_fullwidth_letters_do_not_disguise_a_common_password() -> None:
    with pytest.raises(WeakPasswordError):
        checked("ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ")  # noqa: RUF001 - fullwidth


@given(st.text(alphabet=string.ascii_letters + string.digits + " .,!?-", min_size=1, max_size=128))
def test_the_strength_check_ends_and_ignores_case(password: str) -> None:
    folded = password.casefold()

    assert is_guessable(folded, REAL.is_common) == is_guessable(folded.upper().casefold(), REAL.is_common)


@given(
    st.sampled_from(["password", "dragon", "sunshine", "trustno1", "football"]),
    st.integers(min_value=1, max_value=5),
    st.text(alphabet=string.digits + "!?.-_ ", max_size=5),
)
def test_a_common_word_stays_common(word: str, times: int, padding: str) -> None:
    assert is_guessable(word * times + padding, REAL.is_common)
    assert is_guessable(padding + word * times, REAL.is_common)
