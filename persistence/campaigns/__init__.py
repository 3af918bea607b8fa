"""Campaigns in Postgres: templates, segments, campaigns and their recipients."""
