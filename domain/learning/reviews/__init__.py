"""Evidence as learners submit it and reviewers decide on it."""
