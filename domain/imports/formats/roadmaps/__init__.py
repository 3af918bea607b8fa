"""Roadmaps in formats of other systems: graphs of roadmap.sh's editor, and outlines in Markdown."""
