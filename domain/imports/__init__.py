"""Imports: question and roadmap files become content."""
