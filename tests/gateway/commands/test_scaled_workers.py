"""`questpath worker --min --max`: bounds that fit, and queues that its workers serve."""

import pytest

from gateway import cli
from gateway.commands import workers
from gateway.commands.errors import CommandError
from gateway.settings.environment import Settings
from gateway.settings.modes import Environment

URL = "postgresql://questpath@127.0.0.1:1/questpath"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("--min 2", "--max must be given"),
        ("--min 3 --max 2", "be at least --min"),
        ("--max 2 --queues mail", "Mails wait until QUESTPATH_SMTP_URL is set"),
    ],
)
def test_workers_that_could_do_nothing_are_refused(line: str, sentence: str) -> None:
    arguments = cli.parser().parse_args(["worker", *line.split()])
    settings = Settings.model_validate({"env": Environment.PRODUCTION, "DATABASE_URL": URL})

    with pytest.raises(CommandError, match=sentence):
        workers.work(settings, arguments)


def test_a_supervisor_looks_at_no_queue_that_its_workers_leave_out() -> None:
    served = workers._served(Settings(env=Environment.PRODUCTION), None)

    assert "maintenance" in served
    assert "mail" not in served
