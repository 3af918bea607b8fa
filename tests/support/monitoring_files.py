"""Files in deploy/ for monitoring: the rules of Prometheus, the dashboards, and the series that they name."""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from tests.architecture.layout import ROOT

PROMETHEUS = ROOT / "deploy" / "prometheus"
GRAFANA = ROOT / "deploy" / "grafana"
_RULE_FILES = ("rules.yml", "slo.yml", "alerts.yml")
_NO_NAMES = re.compile(
    r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(?:by|without|on|ignoring)\s*\([^)]*\)|\b(?:and|or|unless)\b'
)
_NAME = re.compile(r"(?<![\w.:])([A-Za-z_:][\w:]*)(?!\s*\(|[\w:])")
FROM_NODE_EXPORTER = {
    "node_cpu_seconds_total",
    "node_filesystem_avail_bytes",
    "node_filesystem_size_bytes",
    "node_memory_MemAvailable_bytes",
    "node_memory_MemTotal_bytes",
}
FROM_BLACKBOX_EXPORTER = {"probe_success", "probe_ssl_earliest_cert_expiry"}
FROM_PROMETHEUS = {"up"}
FROM_BACKUPS = {"questpath_last_backup_timestamp_seconds"}
"""Shown only by processes that know a folder of backups."""


def rules() -> list[dict[str, Any]]:
    """Return every rule of Prometheus."""
    return [
        rule
        for name in _RULE_FILES
        for group in yaml.safe_load((PROMETHEUS / name).read_text("utf-8"))["groups"]
        for rule in group["rules"]
    ]


def alerts() -> list[dict[str, Any]]:
    """Return the rules that are alerts."""
    return [rule for rule in rules() if "alert" in rule]


def expressions() -> Iterator[tuple[str, str]]:
    """Yield where each expression is, and the expression."""
    for rule in rules():
        yield rule.get("alert", rule.get("record", "")), rule["expr"]
    for path in sorted((GRAFANA / "dashboards").glob("*.json")):
        for panel in json.loads(path.read_text("utf-8"))["panels"]:
            for target in panel["targets"]:
                yield f"{path.name}: {panel['title']}", target["expr"]


def series_in(expression: str) -> set[str]:
    """Return the names of the series that an expression reads."""
    return set(_NAME.findall(_NO_NAMES.sub(" ", expression)))


def named_series() -> set[str]:
    """Return the names of all series that are read and not recorded."""
    named: set[str] = set().union(*(series_in(expression) for _, expression in expressions()))
    return named - {rule.get("record") for rule in rules()}
