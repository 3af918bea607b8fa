"""Endpoints: what answers under each path."""
