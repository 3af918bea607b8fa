"""Authoring: roadmaps that are written in drafts, edit by edit."""
