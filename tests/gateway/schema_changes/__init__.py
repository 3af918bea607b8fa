"""Tests of the changes of the schema."""
