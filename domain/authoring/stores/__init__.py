"""Stores of authoring that have a module of their own."""
