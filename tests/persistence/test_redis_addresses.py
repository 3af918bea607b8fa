"""Redis addresses: one server, sentinels and clusters."""

import pytest

from persistence.redis_addresses import Arrangement, RedisAddress, parsed


def test_the_address_of_one_server() -> None:
    found = parsed("rediss://user:a%40word@redis.example.org/3")

    assert found == RedisAddress(
        Arrangement.ONE, [("redis.example.org", 6379)], True, "user", "a@word", None, "", 3
    )


def test_the_address_of_sentinels_names_the_service() -> None:
    found = parsed("redis+sentinel://:word@one,two:26380,[::1]/primary/2?sentinel_password=other")

    assert found.hosts == [("one", 26379), ("two", 26380), ("::1", 26379)]
    assert (found.service, found.database) == ("primary", 2)
    assert (found.password, found.sentinel_password) == ("word", "other")


def test_the_address_of_a_cluster() -> None:
    found = parsed("redis+cluster://one:7000,two:7001")

    assert found.arrangement is Arrangement.CLUSTER
    assert found.hosts == [("one", 7000), ("two", 7001)]


@pytest.mark.parametrize(
    "url",
    [
        "http://redis",
        "redis+other://redis",
        "redis+sentinel://one,two",
        "redis+cluster://one/1",
        "redis://one:port",
        "redis://one/first",
        "redis+cluster://one,,two",
        "redis://",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        parsed(url)
