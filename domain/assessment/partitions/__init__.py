"""Partitions of the tables of assessment."""
