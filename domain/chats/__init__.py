"""Explore chats: questions of a learner and answers that are written while they are read."""
