"""Stores of authoring: drafts."""
