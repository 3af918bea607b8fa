"""Anki: the decks of an `.apkg` package (https://docs.ankiweb.net/exporting.html)."""
