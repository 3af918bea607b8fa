"""Telemetry of operations: logs, metrics and traces."""
