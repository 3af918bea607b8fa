"""Uploads: files that authors send before a job reads them."""
