"""Tests of the databases of the gateway."""
