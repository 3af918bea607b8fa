"""Web addresses: stored as browsers write them, and refused where a reader would take them for another."""

import pytest

from domain.accounts.web_addresses import LONGEST_URL, checked_url
from domain.errors import InvalidInputError

SAME = [
    ("https://example.org/", "https://example.org"),
    ("https://example.org/", " HTTPS://EXAMPLE.org:443/ "),
    ("https://example.org:8443/a", "https://example.org:8443/a"),
    ("https://xn--bcher-kva.example/", "https://bücher.example/"),
    ("https://xn--bcher-kva.example/", "https://BU\u0308CHER.example"),
    ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
    ("https://example.org/caf%C3%A9?q=%C3%BC#%E4%BE%8B", "https://example.org/café?q=ü#例"),
    ("https://example.org/caf%C3%A9", "https://example.org/caf%C3%A9"),
    ("https://example.org/b/", "https://example.org/a/../b/."),
    ("https://example.org/b", "https://example.org/./%2e%2E/../b"),
    ("https://example.org/a/", "https://example.org/a/b/.."),
    ("https://example.org//a", "https://example.org//a"),
    ("https://example.org/?q=%22%3C%27%3E", "https://example.org?q=\"<'>"),
    ("https://example.org/%22%3C'%3E%5E%60%7B%7D|[]", "https://example.org/\"<'>^`{}|[]"),
    ("https://example.org/#%22'%3C%3E%60{}", "https://example.org/#\"'<>`{}"),
    ("https://example.org/@ada", "https://example.org/@ada"),
    ("https://example.org/?a=b@c&d=?", "https://example.org/?a=b@c&d=?"),
    ("https://my_bucket.s3.example.org/", "https://my_bucket.s3.example.org/"),
    ("https://r3---sn-x.example.org/", "https://r3---sn-x.example.org/"),
    ("https://192.0.2.1/", "https://192.0.2.1"),
    ("https://[2001:db8::1]/", "https://[2001:DB8:0::1]"),
]
REFUSED = [
    "",
    "example.org",
    "//example.org/",
    "http://example.org/",
    "ftp://example.org/",
    "javascript:alert(1)",
    "data:text/html,a",
    "https:example.org",
    "https:/example.org",
    "https:///example.org",
    "https://",
    "https://localhost/",
    "https://?q",
    "https://ada@example.org/",
    "https://ada:secret@example.org/",
    "https://example.org@evil.example/",
    "https://example.org\\@evil.example/",
    "https:\\\\example.org\\",
    "https://example.org:65536/",
    "https://example.org:/",
    "https://example.org:80a/",
    "https://exam ple.org/",
    "https://example.org/a b",
    "https://example.org/a\tb",
    "https://exam\nple.org/",
    "https://example.org/\u2028",
    "https://example.org/\u00a0",
    "https://exam\u00adple.org/",
    "https://example.org/a\u200bb",
    "https://example.org/\u202egpj.exe",
    "https://exa%6dple.org/",
    "https://exam[ple.org/",
    "https://example..org/",
    "https://example.org./",
    "https://127.1/",
    "https://0x7f.1/",
    "https://1.0x7f/",
    "https://192.0.2.01/",
    "https://192.0.2.256/",
    "https://[::1/",
    "https://[fe80::1%25eth0]/",
    "https://[v1.a]/",
    "https://xn--ada-.example/",
    "https://\U0001f600.example/",
    "https://example.org/" + "a" * LONGEST_URL,
    "https://example.org/" + "ü" * 100,
]


@pytest.mark.parametrize(("stored", "typed"), SAME)
def test_an_address_is_stored_as_browsers_write_it(stored: str, typed: str) -> None:
    assert checked_url(typed, field="avatarUrl") == stored
    assert checked_url(stored, field="avatarUrl") == stored


@pytest.mark.parametrize("typed", REFUSED)
def test_what_a_reader_would_take_for_another_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        checked_url(typed, field="avatarUrl")

    assert refused.value.field == "avatarUrl"
    assert "avatarUrl" in refused.value.message
