"""Readers of further formats, one module or folder a format; each is a line of `reader_table`."""
