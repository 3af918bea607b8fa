"""Releases of content: what is published, withdrawn and restored, and who decides."""
