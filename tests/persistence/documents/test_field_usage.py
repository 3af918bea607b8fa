"""Field usage in Postgres."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.documents import field_usage
from domain.documents.field_usage import ClientUsage, FieldCount, FieldUsages, UsageFilter
from domain.errors import InvalidInputError
from domain.paging import window
from persistence.stores import SqlWork

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def store(work: SqlWork) -> FieldUsages:
    return work.field_usages


def a_count(
    coordinate: str = "User.handle", client: str = "web", requests: int = 1, **values: Any
) -> FieldCount:
    return FieldCount(
        coordinate=coordinate,
        client_name=client,
        client_version=values.get("version", ""),
        deprecated=values.get("deprecated", False),
        requests=requests,
    )


async def coordinates(store: FieldUsages, **condition: Any) -> list[str]:
    return [usage.coordinate for usage in (await store.page(UsageFilter(**condition), window())).nodes]


async def test_counts_of_processes_and_days_add_up_by_client(store: FieldUsages) -> None:
    await store.add([a_count(requests=2), a_count(client="ios", version="2.0", requests=5)], now=NOON)
    await store.add([a_count(requests=1)], now=NOON + timedelta(hours=1))
    await store.add([a_count(requests=3)], now=NOON + DAY)

    (usage,) = (await store.page(UsageFilter(), window())).nodes

    assert (usage.coordinate, usage.requests, usage.last_seen_at) == ("User.handle", 11, NOON + DAY)
    assert usage.clients == [
        ClientUsage(name="web", version="", requests=6, last_seen_at=NOON + DAY),
        ClientUsage(name="ios", version="2.0", requests=5, last_seen_at=NOON),
    ]


async def test_a_late_process_does_not_move_the_last_request_back(store: FieldUsages) -> None:
    await store.add([a_count()], now=NOON)
    await store.add([a_count()], now=NOON - timedelta(hours=1))

    (usage,) = (await store.page(UsageFilter(), window())).nodes

    assert usage.last_seen_at == NOON


async def test_a_page_has_the_fields_that_match_by_coordinate(store: FieldUsages) -> None:
    await store.add(
        [a_count("User.name", deprecated=True), a_count("Quiz.title"), a_count("User.handle")], now=NOON
    )
    await store.add([a_count("Goal.title")], now=NOON - 2 * DAY)

    assert await coordinates(store) == ["Goal.title", "Quiz.title", "User.handle", "User.name"]
    assert await coordinates(store, deprecated_only=True) == ["User.name"]
    assert await coordinates(store, coordinate="Quiz.title") == ["Quiz.title"]
    assert await coordinates(store, since=NOON) == ["Quiz.title", "User.handle", "User.name"]
    assert await coordinates(store, since=NOON + DAY) == []


async def test_pages_follow_each_other_in_both_directions(store: FieldUsages) -> None:
    await store.add([a_count(f"User.f{number}") for number in range(5)], now=NOON)

    first = await store.page(UsageFilter(), window(first=2))
    second = await store.page(UsageFilter(), window(first=2, after=first.page_info.end_cursor))
    back = await store.page(UsageFilter(), window(last=2, before=second.page_info.start_cursor))

    assert [usage.coordinate for usage in second.nodes] == ["User.f2", "User.f3"]
    assert [usage.coordinate for usage in back.nodes] == ["User.f0", "User.f1"]
    assert second.page_info.has_next_page


async def test_a_field_lists_the_clients_with_most_requests_and_counts_all(
    store: FieldUsages,
) -> None:
    number = field_usage.MOST_CLIENTS + 5
    await store.add([a_count(client=f"c{n:03}", requests=n + 1) for n in range(number)], now=NOON)

    (usage,) = (await store.page(UsageFilter(), window())).nodes

    assert len(usage.clients) == field_usage.MOST_CLIENTS
    assert usage.clients[0].name == f"c{number - 1:03}"
    assert usage.requests == sum(range(number + 1))


async def test_old_days_are_deleted_whole(store: FieldUsages) -> None:
    await store.add([a_count("Quiz.title")], now=NOON - DAY)
    await store.add([a_count("User.handle")], now=NOON)

    await store.forget(before=NOON)

    assert await coordinates(store) == ["User.handle"]


@pytest.mark.parametrize("coordinate", ["", "x" * 201])
def test_an_impossible_coordinate_is_refused(coordinate: str) -> None:
    with pytest.raises(InvalidInputError):
        field_usage.checked_filter(UsageFilter(coordinate=coordinate))
