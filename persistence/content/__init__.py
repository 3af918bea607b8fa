"""Stores of content: exam types, questions, quizzes, roadmaps."""
