"""Rates: what operations cost those who ask, and from which buckets it is paid."""
