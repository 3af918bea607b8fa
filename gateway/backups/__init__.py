"""Backups: dumps of the database with the files beside it, written, listed, restored and verified."""
