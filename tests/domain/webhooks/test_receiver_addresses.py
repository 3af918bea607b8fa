"""Addresses of receivers: which URLs are stored, and which addresses are connected to."""

from ipaddress import ip_address

import pytest

from domain.errors import InvalidInputError
from domain.webhooks.receiver_addresses import ReceiverRules, checked_url, may_receive

STRICT, LOCAL = ReceiverRules(allows_local=False), ReceiverRules(allows_local=True)
REFUSED = [
    "0.0.0.0",  # noqa: S104 - nothing is bound to it
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.9.9.9",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.168.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::10.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "2001:0:a00:1::1",
    "2001:db8::1",
    "2002:a00:1::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = [
    "1.1.1.1",
    "93.184.215.14",
    "172.32.0.1",
    "2606:4700::1111",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
]


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("http://localhost:9000/hooks?a=b", "http://localhost:9000/hooks?a=b"),
        ("https://LocalHost", "https://localhost/"),
        ("http://127.0.0.1:9000/", "http://127.0.0.1:9000/"),
        ("HTTP://localhost:80/a", "http://localhost/a"),
        ("http://localhost:443/a", "http://localhost:443/a"),
    ],
)
def test_development_takes_this_machine_by_name_and_by_address(given: str, stored: str) -> None:
    assert checked_url(given, LOCAL, field="url") == stored
    with pytest.raises(InvalidInputError):
        checked_url(given, STRICT, field="url")


@pytest.mark.parametrize("url", ["http://localhost.example", "http://localhosts/", "http://a@localhost/"])
def test_a_name_that_begins_like_that_of_this_machine_is_another(url: str) -> None:
    try:
        assert checked_url(url, LOCAL, field="url") == f"{url}/"
    except InvalidInputError:
        assert url != "http://localhost.example"


@pytest.mark.parametrize("address", REFUSED)
def test_private_and_special_addresses_get_nothing(address: str) -> None:
    assert not may_receive(ip_address(address), STRICT)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_receive(address: str) -> None:
    assert may_receive(ip_address(address), STRICT)


@pytest.mark.parametrize("address", REFUSED)
def test_development_adds_this_machine_and_nothing_else(address: str) -> None:
    is_here = address in {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"}

    assert may_receive(ip_address(address), LOCAL) is is_here


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "https://user:password@example.org/",
        "https://example.org/#part",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/",
        "https://0x7f.1/",
        "nowhere",
    ],
)
def test_a_url_that_gets_nothing_is_not_stored(url: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        checked_url(url, STRICT, field="url")

    assert refused.value.field == "url"
    assert url not in refused.value.message


def test_a_url_is_stored_in_one_spelling() -> None:
    assert checked_url("https://EXAMPLE.org:443/a/../hooks?x=1", STRICT, field="url") == (
        "https://example.org/hooks?x=1"
    )


def test_development_takes_http_on_this_machine() -> None:
    assert checked_url("http://127.0.0.1:9000/hooks", LOCAL, field="url") == "http://127.0.0.1:9000/hooks"
    with pytest.raises(InvalidInputError):
        checked_url("http://10.0.0.1/hooks", LOCAL, field="url")
