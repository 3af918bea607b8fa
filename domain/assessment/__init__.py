"""Assessment: quiz attempts from start to grading, awards and review."""
