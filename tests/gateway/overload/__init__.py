"""Tests of what a process does when more arrives than it can answer."""
