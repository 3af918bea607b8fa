"""The tables of calls of language models."""
