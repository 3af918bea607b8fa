"""Printouts: writes PDF files with Typst in processes of their own, and keeps and serves files."""
