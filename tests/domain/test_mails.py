"""Mails: how often one is tried, and what letters must not say."""

import inspect
from datetime import UTC, datetime, timedelta

import pytest

from domain import letters, mails
from domain.mails import LONGEST_PAUSE, MOST_TRIES, NewMail, UndeliveredError, pause_after
from tests.builders.proving import NOON, a_letter
from tests.fakes.proving import FakeMails

LEASE = timedelta(minutes=5)


async def tries_until_done(store: FakeMails, failure: UndeliveredError | None) -> int:
    now, tries = NOON, 0
    while await store.waiting():
        for mail in await store.take(now=now, until=now + LEASE, limit=10):
            tries += 1
            await mails.settle(store, mail, failure, now=now)
        now += timedelta(hours=7)
    return tries


@pytest.mark.parametrize(
    ("failure", "tries"),
    [
        (None, 1),
        (UndeliveredError("refused", for_good=True), 1),
        (UndeliveredError("no line", for_good=False), MOST_TRIES),
    ],
)
async def test_a_letter_is_tried_until_it_is_sent_or_hopeless(
    failure: UndeliveredError | None, tries: int
) -> None:
    store = FakeMails()
    await store.add(a_letter())

    assert await tries_until_done(store, failure) == tries


def test_pauses_double_up_to_six_hours() -> None:
    pauses = [pause_after(tries) for tries in range(1, 13)]

    assert pauses[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert pauses[-1] == LONGEST_PAUSE


def all_letters() -> list[NewMail]:
    """Write every letter of the house with something recognisable in each place."""
    usual = {
        "to": "ada@example.org",
        "handle": "ada",
        "public_url": "https://app.example.org/",
        "token": "t0ken",
        "provider": "Google",
        "device": "Firefox on Linux",
        "address": "203.0.113.0/24",
        "at": datetime(2026, 3, 2, tzinfo=UTC),
    }
    written = []
    for _, write in inspect.getmembers(letters, inspect.isfunction):
        if not write.__name__.startswith("_") and write.__module__ == letters.__name__:
            wanted = inspect.signature(write).parameters
            if wanted.keys() <= usual.keys():
                written.append(write(**{name: usual[name] for name in wanted}))
    return written


def test_letters_greet_by_handle_and_link_to_the_web_app() -> None:
    found = all_letters()

    assert len(found) >= 7
    assert all(letter.body.startswith("Hello ada,") for letter in found)
    links = [word for letter in found for word in letter.body.split() if "://" in word]
    assert links
    assert all(link.startswith("https://app.example.org/") and ".org//" not in link for link in links)
    assert all("#token=t0ken" in link for link in links if "t0ken" in link)
    assert all("\n" not in letter.subject for letter in found)
