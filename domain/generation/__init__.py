"""Generation: roadmaps, quizzes and explanations that language models write as drafts for humans."""
