"""Guards of a recipe: a program that checks the checkout in its current directory without a database.

It imports third-party packages once, and then forks a process for each line of its standard input: `write` writes the
generated files, `check` runs the tests. The answer is one line: `kept`, or the error.
"""

import inspect
import os
import sys
import traceback
from importlib import import_module
from pathlib import Path

import alembic.config
import asyncpg
import hypothesis
import msgspec
import orjson
import pytest
import redis.asyncio
import sqlalchemy.ext.asyncio
import strawberry
import structlog

THIRD_PARTY = (
    alembic,
    asyncpg,
    hypothesis,
    msgspec,
    orjson,
    pytest,
    redis,
    sqlalchemy,
    strawberry,
    structlog,
)
MODULES = (
    "tests.architecture.test_works",
    "tests.persistence.test_migrations",
    "tests.graph.privacy.test_exports",
    "tests.graph.privacy.test_deletion",
    "tests.architecture.test_schema",
)
"""Test modules whose tests without fixtures guard a new table or mutation, the fastest first."""


def write_generated_files() -> None:
    """Do what `make schema access-matrix` does."""
    Path("schema.graphql").write_text(import_module("graph.schema").sdl(), "utf-8")
    Path("docs/access-matrix.md").write_text(import_module("graph.access_matrix").matrix(), "utf-8")


def check(noun: str) -> None:
    """Run every test of the modules that takes no fixture, or only the name of a table or a type."""
    for name in MODULES:
        module = import_module(name)
        for test in [value for key, value in vars(module).items() if key.startswith("test_")]:
            parameters = list(inspect.signature(test).parameters)
            if inspect.iscoroutinefunction(test) or parameters not in ([], ["name"]):
                continue
            if not parameters:
                test()
            elif any(noun in map(str, mark.args[1]) for mark in test.pytestmark):
                test(noun)


def forked(command: str, noun: str) -> str:
    """Run a command in a fork of this process; return `kept`, or the error in one line."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            check(noun) if command == "check" else write_generated_files()
            answer = "kept"
        except BaseException:  # noqa: BLE001 - the answer is the error
            answer = traceback.format_exc().strip().replace("\n", " | ")
        os.write(write, answer.encode()[-4_000:])
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(forked(line.strip(), sys.argv[1]) + "\n")
        sys.stdout.flush()
