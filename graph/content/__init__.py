"""Types and mutations of content: exam types, questions, quizzes, roadmaps."""
