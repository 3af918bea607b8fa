"""Overload: a process that gets more requests than it can answer in time refuses some of them at once."""
