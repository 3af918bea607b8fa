"""Stores of learning: enrolments, goals."""
