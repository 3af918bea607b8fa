"""Monitoring: what operators and their tools read about a process and what it depends on."""
