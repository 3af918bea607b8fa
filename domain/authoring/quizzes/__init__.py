"""Quizzes while they are written: creation, edits, faults and publication of drafts."""
