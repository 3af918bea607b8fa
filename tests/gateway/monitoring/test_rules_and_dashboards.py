"""Rules and dashboards in deploy/: they read series that exist, are well formed, and are what their sources say."""

import importlib.util
import re
import sys
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from domain.authentication.passwords import BusyError
from domain.errors import UnavailableError
from domain.webhooks.deliveries import WebhookFailure
from gateway.telemetry.job_metrics import RunEnd
from gateway.telemetry.webhook_metrics import DELIVERED
from tests.gateway.conftest import Live, running
from tests.support import monitoring_files
from tests.support.monitoring_files import (
    FROM_BACKUPS,
    FROM_BLACKBOX_EXPORTER,
    FROM_NODE_EXPORTER,
    FROM_PROMETHEUS,
    GRAFANA,
    PROMETHEUS,
)

TOKEN = "a token that reads metrics"
PARTS = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",), "gauge": ("",)}
DURATION = re.compile(r"\d+[smh]")


async def shown_by(live: Live) -> set[str]:
    """Return the names of the series that a gateway shows, also where they have no values yet."""
    answer = await live.client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    return {
        family.name + part
        for family in text_string_to_metric_families(answer.text)
        for part in PARTS.get(family.type, ())
    }


def generator() -> Any:
    """Load the script that writes the dashboards."""
    sys.path.insert(0, str(GRAFANA))
    try:
        spec = importlib.util.spec_from_file_location("dashboards", GRAFANA / "dashboards.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(GRAFANA))
    return module


async def test_every_series_that_rules_and_dashboards_read_exists(database_url: str, redis_url: str) -> None:
    async with running(database_url, with_worker=True, metrics_token=TOKEN, redis_url=redis_url) as live:
        while "questpath_xp_pending" not in (shown := await shown_by(live)):
            pass

    read = monitoring_files.named_series()

    assert len(read) > 50
    elsewhere = FROM_NODE_EXPORTER | FROM_BLACKBOX_EXPORTER | FROM_PROMETHEUS | FROM_BACKUPS
    assert read - shown - elsewhere == set()


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        (
            'sum by (le) (rate(a_bucket{type!="x",le=~"b|c"}[5m])) > 0.05 and on (d) e:f_5m',
            {"a_bucket", "e:f_5m"},
        ),
        ("time() - max(g_seconds) > 26 * 3600", {"g_seconds"}),
        ("(h or vector(0)) / absent(i)", {"h", "i"}),
    ],
)
def test_names_of_series_are_found_in_expressions(expression: str, names: set[str]) -> None:
    assert monitoring_files.series_in(expression) == names


def test_alerts_are_well_formed() -> None:
    alerts = monitoring_files.alerts()

    assert len({rule["alert"] for rule in alerts}) == len(alerts) > 25
    for rule in alerts:
        assert rule.keys() - {"for"} == {"alert", "expr", "labels", "annotations"}, rule
        assert DURATION.fullmatch(rule.get("for", "1m")), rule
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert rule["annotations"].keys() == {"summary", "description"}


def test_outcomes_and_codes_in_expressions_exist() -> None:
    outcomes = {end.value for end in RunEnd} | {failure.value for failure in WebhookFailure} | {DELIVERED}
    codes = {UnavailableError.code, BusyError.code, "TIMEOUT", "INTERNAL_SERVER_ERROR"}

    named = [
        (label, value)
        for _, expression in monitoring_files.expressions()
        for label, values in re.findall(r'(outcome|code)[=!]~?"([^"]+)"', expression)
        for value in values.split("|")
    ]

    assert {value for label, value in named if label == "outcome"} <= outcomes
    assert {value for label, value in named if label == "code"} <= codes


def test_every_alert_has_a_test_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    tested = {
        (case["alertname"], bool(case.get("exp_alerts")))
        for path in (PROMETHEUS / "tests").glob("*.yml")
        for test in yaml.safe_load(path.read_text("utf-8"))["tests"]
        for case in test["alert_rule_test"]
    }

    assert tested == {(rule["alert"], fires) for rule in monitoring_files.alerts() for fires in (True, False)}


def test_the_committed_dashboards_are_what_their_description_gives() -> None:
    committed = {path.name: path.read_text("utf-8") for path in (GRAFANA / "dashboards").glob("*.json")}

    assert committed == dict(generator().written())
    assert len(committed) == 5


def test_the_collector_sends_what_it_receives_to_components_that_it_defines() -> None:
    config = yaml.safe_load((GRAFANA.parent / "otel-collector" / "config.yaml").read_text("utf-8"))

    for pipeline in config["service"]["pipelines"].values():
        for kind, names in pipeline.items():
            assert set(names) <= config[kind].keys()
    assert set(config["service"]["extensions"]) <= config["extensions"].keys()
