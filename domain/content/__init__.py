"""Content: exam types, questions and their grading, quizzes, roadmaps."""
