"""Stores of uploads."""
