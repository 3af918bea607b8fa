"""Threads: a subject in ordered sections that a learner writes or has written, with whom it is shared."""
