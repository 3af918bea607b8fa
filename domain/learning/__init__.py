"""Learning: enrolments, progress on roadmaps, goals."""
