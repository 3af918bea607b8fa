"""Resolvers and batches of content: exam types, quizzes, roadmaps."""
