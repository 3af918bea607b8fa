"""Uploads: the files on disk, and their receiving."""
