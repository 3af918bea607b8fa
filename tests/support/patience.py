"""Patience of tests: how long they wait for what comes soon on an idle machine. It measures nothing."""

PATIENCE_S = 90.0
"""Less than the timeout of a test, and more than a busy machine of two cores ever needed."""
