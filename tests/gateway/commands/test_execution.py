"""Execution of commands: an expected failure is one sentence on stderr and an exit code."""

import asyncpg
import pytest

from domain.errors import InvalidInputError
from domain.refusals import RefusalsError
from gateway.commands.errors import CommandError
from gateway.commands.execution import exit_code
from gateway.processes.supervisor import WorkersFailedError
from gateway.settings.environment import Settings


def failing(error: BaseException) -> int:
    def body(_settings: Settings) -> int:
        raise error

    return exit_code(body)


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (CommandError("No account has this e-mail address."), 2, "No account has this e-mail address."),
        (InvalidInputError("It is too long.", field="handle"), 2, "handle: It is too long."),
        (
            RefusalsError([InvalidInputError("It is too long.", field="handle"), InvalidInputError("No.")]),
            2,
            "handle: It is too long.\nNo.",
        ),
        (WorkersFailedError(7), 7, "A worker ended with exit code 7 before it was ready."),
        (
            asyncpg.InvalidCatalogNameError("there is no x\nDETAIL: none"),
            2,
            "The database cannot be reached or used (there is no x); check DATABASE_URL.",
        ),
        (
            TimeoutError(),
            2,
            "The database cannot be reached or used (TimeoutError); check DATABASE_URL.",
        ),
    ],
)
def test_an_expected_failure_is_one_sentence(
    capsys: "pytest.CaptureFixture[str]", error: Exception, code: int, sentence: str
) -> None:
    assert failing(error) == code
    assert capsys.readouterr().err == f"questpath: {sentence}\n"


def test_a_defect_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        failing(ZeroDivisionError())


def test_an_interrupted_command_ends_as_shells_expect() -> None:
    assert failing(KeyboardInterrupt()) == 130
