"""Stores of events and contacts of devices, and of what the events change."""
