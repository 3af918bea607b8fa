"""`python -m bench.search`: latency of a search by how frequent its words are.

50 000 questions, 200 000 nodes and 20 000 users; the viewer was asked 2 000 questions and has 500 goals, bookmarks and
notes. Queries are sent one after the other, each for the first 20 hits of all types with their highlights, and for the
counts of all types; the text of no query comes twice. The author of all questions and roadmaps asks the same.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg

from bench import dataset, machine_speed, search_data, smoke
from bench.http_client import percentile
from bench.search_data import AUTHOR, SMALL, VIEWER, Amounts, Texts, id_of
from bench.smoke import MissingFigureError
from domain.ids import UserId
from domain.paging import window
from domain.search import queries
from domain.search.search import SearchType
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.databases import embedded_postgres, migrations
from gateway.databases.postgres_binaries import DatabaseUnavailableError
from persistence.database import connect
from persistence.signals import LocalSignals
from persistence.work import Postgres

RESULTS = Path(__file__).parent / "search.json"
TARGET_MS = 50
QUERIES = 200
_DATABASE = "bench_search"


def main() -> None:
    """Measure, print, and store the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="few rows; check that figures come out")
    arguments = parser.parse_args()
    amounts, count = (SMALL, 5) if arguments.smoke else (Amounts(), QUERIES)
    dataset.FOLDER.mkdir(parents=True, exist_ok=True)
    with embedded_postgres.running(dataset.FOLDER / "postgres", durable=False) as server:
        dataset.execute(
            server, f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)", f"CREATE DATABASE {_DATABASE}"
        )
        url = dataset.address(server, _DATABASE)
        texts = Texts(amounts.words)
        asyncio.run(_fill(url, amounts, texts))
        print(f"The machine: {machine_speed.measure(url).line()}", flush=True)
        figures = asyncio.run(_measure(url, texts, count))
    print(json.dumps(figures, indent=1))
    worst = max(each["p95_ms"] for name in ("page", "page_of_author") for each in figures[name].values())
    print(f"p95 {worst:.1f} ms, target {TARGET_MS} ms: {'kept' if worst < TARGET_MS else 'MISSED'}")
    if arguments.smoke:
        print(f"{smoke.check_figures(figures)} figures")
    else:
        RESULTS.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


async def _fill(url: str, amounts: Amounts, texts: Texts) -> None:
    began = time.perf_counter()
    await migrations.upgrade(url)
    connection = await asyncpg.connect(url)
    try:
        await search_data.fill(connection, amounts, texts)
    finally:
        await connection.close()
    print(f"The rows: {time.perf_counter() - began:.1f} s", flush=True)


def asked_for(texts: Texts, count: int) -> dict[str, list[str]]:
    """Return queries of each kind."""
    drawn = random.Random(31)
    frequent, middle, rare = texts.words[:50], texts.words[50:1_000], texts.words[1_000:]
    some = drawn.sample

    def misspelt(word: str) -> str:
        at = drawn.randrange(1, len(word) - 2)
        return word[:at] + word[at + 1] + word[at] + "q" + word[at + 2 :]

    return {
        "rare_word": [drawn.choice(rare) for _ in range(count)],
        "usual_word": [drawn.choice(middle) for _ in range(count)],
        "frequent_word": [drawn.choice(frequent) for _ in range(count)],
        "two_words": [" ".join((drawn.choice(frequent), drawn.choice(middle))) for _ in range(count)],
        "three_words": [" ".join([*some(frequent, 2), drawn.choice(rare)]) for _ in range(count)],
        "two_letters": [drawn.choice(texts.words)[:2] for _ in range(count)],
        "typing_error": [misspelt(drawn.choice([w for w in middle if len(w) > 5])) for _ in range(count)],
    }


async def _measure(url: str, texts: Texts, count: int) -> dict[str, Any]:
    figures: dict[str, Any] = {"page": {}, "page_of_author": {}, "facets": {}}
    async with connect(url, largest=1) as database:
        postgres = Postgres(database, LocalSignals())
        for kind, found in asked_for(texts, count).items():
            for name, run in (("page", _page), ("page_of_author", _page_of_author), ("facets", _facets)):
                for query in found[:5]:
                    await run(postgres, query)
                figures[name][kind] = _figures([await _timed(run, postgres, query) for query in found])
    return figures


def _figures(times: list[tuple[float, int]]) -> dict[str, float]:
    latencies = [milliseconds for milliseconds, _ in times]
    return {
        "p50_ms": round(percentile(latencies, 0.5), 2),
        "p95_ms": round(percentile(latencies, 0.95), 2),
        "mean_found": round(sum(found for _, found in times) / len(times), 1),
    }


async def _timed(
    run: Callable[[Postgres, str], Awaitable[int]], postgres: Postgres, query: str
) -> tuple[float, int]:
    began = time.perf_counter()
    found = await run(postgres, query)
    return (time.perf_counter() - began) * 1_000, found


async def _page(postgres: Postgres, query: str, number: int = VIEWER) -> int:
    async with postgres.open_reads(Meter()) as reads:
        page = await reads.search.page(
            queries.parsed(query, field="query"), window(first=20), **_by_viewer(number)
        )
    return len(page.nodes)


async def _page_of_author(postgres: Postgres, query: str) -> int:
    return await _page(postgres, query, AUTHOR)


async def _facets(postgres: Postgres, query: str) -> int:
    async with postgres.open_reads(Meter()) as reads:
        counted = await reads.search.facets(queries.parsed(query, field="query"), **_by_viewer())
    return sum(facet.count for facet in counted)


def _by_viewer(number: int = VIEWER) -> dict[str, Any]:
    return {
        "types": frozenset(SearchType),
        "viewer_id": UserId(id_of("user", number)),
        "now": secrets_and_ids.now(),
    }


if __name__ == "__main__":
    try:
        main()
    except (MissingFigureError, DatabaseUnavailableError) as error:
        sys.exit(f"bench: {error}")
