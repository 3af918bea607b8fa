"""Telemetry: what operators learn of operations, from logs, metrics and traces."""
