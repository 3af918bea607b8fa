"""Processes: one serves, several are supervised, jobs run beside, and all end cleanly."""
