"""Topic chains: what a learner wants to learn, as a path of topics with subtopics, explored one after the other."""
