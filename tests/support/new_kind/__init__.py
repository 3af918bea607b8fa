"""A question kind that the project does not have, and a learner who takes a quiz of it."""
