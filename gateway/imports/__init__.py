"""Readers of files whose formats need a library: XML, HTML, packages and databases."""
