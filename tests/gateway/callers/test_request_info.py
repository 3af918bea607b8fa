"""Request info: client addresses behind proxies, device names, the refresh cookie and the origin."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.callers.client_addresses import client_address, networks
from gateway.callers.origins import Origins
from gateway.callers.request_info import (
    RequestInfoReader,
    cookie_headers,
    cookie_obstacle,
    refresh_cookie,
)
from gateway.callers.user_agents import device_name
from resolvers.request_info import RequestInfo

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TOKEN = "0123456789abcdef" * 4
PROXIES = networks(["10.0.0.0/8", "fd00::/8"])
NAME = "__Host-questpath-refresh"


def scope(peer: str | None, *forwarded: str) -> dict[str, Any]:
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    return {"client": (peer, 5000) if peer else None, "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # the peer is not a trusted proxy
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.2.3.4, 198.51.100.1"], "198.51.100.1"),  # the first was sent by the client
        ("10.0.0.1", ["1.2.3.4", "198.51.100.1"], "198.51.100.1"),  # the same in two headers
        ("10.0.0.1", ["198.51.100.1, 10.2.2.2"], "198.51.100.1"),
        ("10.0.0.1", ["10.1.1.1, 10.2.2.2"], "10.1.1.1"),
        ("10.0.0.1", ["198.51.100.1, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, unknown, 10.2.2.2"], "10.2.2.2"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("fd00::1", ["2001:db8::1"], "2001:db8::1"),
        (None, ["198.51.100.1"], None),
        ("testclient", ["198.51.100.1"], None),
    ],
)
def test_only_a_trusted_proxy_may_forward_an_address(
    peer: str | None, forwarded: list[str], address: str | None
) -> None:
    assert client_address(scope(peer, *forwarded), PROXIES) == address


def test_without_trusted_proxies_forwarded_addresses_are_ignored() -> None:
    assert client_address(scope("127.0.0.1", "198.51.100.1"), []) == "127.0.0.1"


@pytest.mark.parametrize(
    ("address", "masked"),
    [("203.0.113.9", "203.0.113.0/24"), ("2001:db8:1:2:3::4", "2001:db8:1::/48"), (None, None)],
)
def test_an_address_is_masked_to_its_network(address: str | None, masked: str | None) -> None:
    assert RequestInfo(address=address).masked_address == masked


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0", "Firefox on Linux"),
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0 "
                "Safari/537.36 Edg/139.0"
            ),
            "Edge on Windows",
        ),
        (
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0 "
                "Mobile Safari/537.36"
            ),
            "Chrome on Android",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "Version/18.5 Mobile/15E148 Safari/604.1"
            ),
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15",
            "Safari on macOS",
        ),
        ("QuestPath/2.1 (Android 15)", "QuestPath on Android"),
        ("python-httpx/0.28.1", "python-httpx"),
        ("Mozilla/5.0 (something)", "A browser"),
        ("two\r\nlines\x00", "two lines"),
        ("", None),
        ("(comment)", None),
        ("\x01\x02", None),
    ],
)
def test_a_device_is_named_by_program_and_system(user_agent: str, name: str | None) -> None:
    assert device_name(user_agent) == name


def test_the_name_of_a_device_is_short() -> None:
    assert len(device_name("x" * 10_000) or "") == 100


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (f"{NAME}={TOKEN}", TOKEN),
        (f"theme=dark; {NAME}={TOKEN}; lang=en", TOKEN),
        (f"{NAME}={TOKEN}; {NAME}={TOKEN}", None),  # one of them may be forged
        (f"x{NAME}={TOKEN}", None),
        (f"{NAME.lower()}={TOKEN}", None),
        (f"{NAME}=", None),
        (f"{NAME}={TOKEN}0", None),
        (f"{NAME}={TOKEN.upper()}", None),
        (f'{NAME}="{TOKEN}"', None),
        (f"{NAME} ={TOKEN}", None),
        (NAME, None),
        ("", None),
        (";;=;", None),
    ],
)
def test_a_cookie_is_read_strictly(header: str, token: str | None) -> None:
    assert refresh_cookie(header) == token


def test_the_cookie_is_set_for_this_host_until_the_session_ends() -> None:
    request = RequestInfo()
    request.set_cookie(TOKEN, until=NOON + timedelta(seconds=90))

    assert cookie_headers(request, now=NOON) == [
        (b"set-cookie", f"{NAME}={TOKEN}; Max-Age=90; Path=/; Secure; HttpOnly; SameSite=Strict".encode())
    ]


def test_a_cookie_is_cleared_only_if_one_was_sent() -> None:
    with_cookie, without = RequestInfo(refresh_cookie=TOKEN), RequestInfo()
    with_cookie.clear_cookie()
    without.clear_cookie()

    ((_, value),) = cookie_headers(with_cookie, now=NOON)
    assert value.startswith(f"{NAME}=; Max-Age=0; ".encode())
    assert cookie_headers(without, now=NOON) == []
    assert cookie_headers(None, now=NOON) == []


@pytest.mark.parametrize(
    ("headers", "is_same"),
    [
        ({}, True),
        ({b"origin": b"https://api.example.org"}, True),
        ({b"origin": b"https://app.example.org"}, True),
        ({b"origin": b"http://app.example.org"}, False),
        ({b"origin": b"https://app.example.org.evil.example"}, False),
        ({b"origin": b"https://evil.example"}, False),
        ({b"origin": b"https://evil.example", b"sec-fetch-site": b"same-origin"}, False),
        ({b"origin": b"null"}, False),
        ({b"origin": b""}, False),
        ({b"origin": b"http://["}, False),
        ({b"sec-fetch-site": b"same-origin"}, True),
        ({b"sec-fetch-site": b"none"}, True),
        ({b"sec-fetch-site": b"same-site"}, False),
        ({b"sec-fetch-site": b"cross-site"}, False),
    ],
)
def test_a_page_is_of_the_same_origin_by_origin_or_sec_fetch_site(
    headers: dict[bytes, bytes], is_same: bool
) -> None:
    reader = RequestInfoReader(Origins(["https://app.example.org"]))
    with_host = headers | {b"host": b"api.example.org"}

    assert reader.is_same_origin(with_host) is is_same
    assert not reader.is_cross_site(with_host)
    assert reader.is_cross_site(with_host | {b"cookie": f"{NAME}={TOKEN}".encode()}) is not is_same


def test_a_request_without_a_host_has_no_same_origin() -> None:
    assert not RequestInfoReader().is_same_origin({b"origin": b""})


@pytest.mark.parametrize(
    ("headers", "word"),
    [
        ({}, None),
        ({b"origin": b"https://app.example.org", b"sec-fetch-site": b"same-site"}, None),
        ({b"origin": b"http://localhost:5173", b"sec-fetch-site": b"same-site"}, None),
        ({b"origin": b"http://app.localhost:5173"}, None),
        ({b"origin": b"http://127.0.0.1:8000", b"sec-fetch-site": b"same-origin"}, None),
        ({b"origin": b"http://localhost:5173", b"sec-fetch-site": b"cross-site"}, "site"),
        ({b"origin": b"https://app.example.org", b"sec-fetch-site": b"cross-site"}, "site"),
        ({b"origin": b"http://192.168.1.5:8000"}, "https"),
        ({b"origin": b"http://localhost.example.org"}, "https"),
        ({b"origin": b"http://127.0.0.1.example.org"}, "https"),
    ],
)
def test_a_cookie_that_the_browser_would_drop_has_a_reason(
    headers: dict[bytes, bytes], word: str | None
) -> None:
    reason = cookie_obstacle(headers)

    assert (reason is None) == (word is None)
    assert word is None or word in (reason or "")
