"""Dockerfile and compose.yaml: linted, and compared with the checkout, the command line and the settings.

There may be no container engine where this runs. The commands themselves run in test_two_machines.py.
"""

import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway import cli
from gateway.settings import secret_files
from gateway.settings.environment import Settings
from tests.architecture.layout import packages_of_the_wheel
from tests.deployment.programs import run
from tests.deployment.units import FOLDER as UNITS
from tests.deployment.units import variables
from tests.support.servers.gateway import ROOT

BIN = Path(sys.executable).parent
"""Where the linters are, which are wheels."""
DEPLOY = ROOT / "deploy"
DOCKERFILE = DEPLOY / "Dockerfile"
MADE_BY_THE_OPERATOR = ("./secrets/", "./certificates")
GIGABYTE = "1g"


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile, each with its arguments on one line."""
    lines = [line for line in DOCKERFILE.read_text("utf-8").splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [
        (name, rest.strip())
        for name, _, rest in (line.partition(" ") for line in joined.splitlines() if line)
    ]


def last(name: str) -> str:
    return [rest for found, rest in instructions() if found == name][-1]


def copied() -> set[str]:
    """Return what the first stage copies out of the checkout."""
    copies = [shlex.split(rest) for name, rest in instructions() if name == "COPY"]
    return {source for words in copies if not words[0].startswith("--") for source in words[:-1]}


def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return content


def of_questpath() -> dict[str, dict[str, Any]]:
    services: dict[str, dict[str, Any]] = compose()["services"]
    return {name: service for name, service in services.items() if "build" in service}


def settings() -> set[str]:
    """Return the names of all settings, and those of the files of secrets."""
    fields = {secret_files.variable(name, field): field for name, field in Settings.model_fields.items()}
    return fields.keys() | {f"{name}_FILE" for name, field in fields.items() if secret_files.is_secret(field)}


def test_the_dockerfile_passes_hadolint(tmp_path: Path) -> None:
    wrong = tmp_path / "Dockerfile"
    wrong.write_text("FROM debian\nRUN cd /tmp && sudo apt-get install nginx\n")

    assert run([BIN / "hadolint", "--no-color", DOCKERFILE]) == ""
    with pytest.raises(AssertionError, match="DL3004"):
        run([BIN / "hadolint", "--no-color", wrong])


def test_the_compose_file_follows_the_schema_of_compose(tmp_path: Path) -> None:
    wrong = tmp_path / "compose.yaml"
    wrong.write_text("services: {one: {image: nginx, restarts: always}}\n")
    check: list[str | Path] = [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec"]

    run([*check, DEPLOY / "compose.yaml"])
    with pytest.raises(AssertionError, match="restarts"):
        run([*check, wrong])


def test_everything_that_the_image_copies_is_there_and_reaches_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    sent = {line.removeprefix("!") for line in lines if line.startswith("!")}

    assert copied() == sent
    assert "*" in lines
    assert [source for source in copied() if not (ROOT / source).exists()] == []


def test_the_image_holds_every_package_of_the_wheel() -> None:
    assert packages_of_the_wheel() <= copied()


def test_the_build_is_locked_as_the_checkout_is() -> None:
    run_lock = (ROOT / "requirements-run.lock").read_text("utf-8")

    pinned = re.findall(r"^\S+==\S+", (DEPLOY / "build.lock").read_text("utf-8"), re.MULTILINE)
    hashes = re.findall(r"sha256:\w+", (DEPLOY / "build.lock").read_text("utf-8"))
    assert any(line.startswith("hatchling==") for line in pinned)
    assert [line for line in pinned if line not in run_lock] == []
    assert [digest for digest in hashes if digest not in run_lock] == []


def test_the_image_runs_as_an_account_without_rights() -> None:
    user, _, group = last("USER").partition(":")

    assert int(user) > 0
    assert int(group) > 0
    assert json.loads(last("ENTRYPOINT")) == ["questpath"]


def test_the_image_checks_its_health_without_a_program_that_it_lacks() -> None:
    options, _, command = last("HEALTHCHECK").partition("CMD ")

    program, flag, script = json.loads(command)
    assert (program, flag) == ("python", "-c")
    compile(script, "HEALTHCHECK", "exec")
    assert "/health/ready" in script
    assert "--timeout=" in options


@pytest.mark.parametrize(
    "command", [json.loads(last("CMD")), *(each["command"] for each in of_questpath().values())]
)
def test_every_command_is_one_of_the_command_line(command: list[str]) -> None:
    assert cli.parser().parse_args(command).command


def test_every_variable_is_a_setting() -> None:
    of_image = set(re.findall(r"(QUESTPATH_\w+)=", last("ENV")))
    of_services = {name for service in of_questpath().values() for name in service["environment"]}
    of_units = set(variables((UNITS / "questpath.env").read_text("utf-8")))

    assert of_image | of_services | of_units <= settings()
    assert len(of_services) > 10


def test_services_of_ours_have_a_read_only_root_no_rights_and_time_to_stop() -> None:
    for name, service in of_questpath().items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["stop_grace_period"] == "35s", name


def test_there_are_two_gateways_with_a_processor_and_a_gigabyte_each() -> None:
    gateways = [each for each in of_questpath().values() if each["command"][0] == "serve"]

    assert [(each["cpus"], each["mem_limit"]) for each in gateways] == [(1, GIGABYTE)] * 2
    assert all("migrate" in each["depends_on"] for each in gateways)


def test_every_file_that_a_service_mounts_is_there() -> None:
    services = compose()["services"].values()
    mounts = {mount.partition(":")[0] for service in services for mount in service.get("volumes", [])}

    ours_to_ship = {
        path for path in mounts if path.startswith("./") and not path.startswith(MADE_BY_THE_OPERATOR)
    }
    assert "./nginx/questpath.conf" in ours_to_ship
    assert [path for path in ours_to_ship if not (DEPLOY / path).exists()] == []


def test_the_addresses_of_the_gateways_are_those_in_the_configuration_of_nginx() -> None:
    services = compose()["services"]
    config = (DEPLOY / "nginx" / "questpath.conf").read_text("utf-8")

    addresses = {
        services[name]["networks"]["questpath"]["ipv4_address"] for name in ("gateway-1", "gateway-2")
    }
    assert set(re.findall(r"server (\S+):8000", config)) == addresses
    proxy = services["nginx"]["networks"]["questpath"]["ipv4_address"]
    assert services["gateway-1"]["environment"]["QUESTPATH_TRUSTED_PROXIES"] == f"{proxy}/32"
