"""Offline: what learners did without a connection, as events of their devices."""
