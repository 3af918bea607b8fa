"""Exports: quizzes and roadmaps as files of our own and of other formats."""
