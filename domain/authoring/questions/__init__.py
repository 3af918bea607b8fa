"""Changes of questions: what is wrong with them, and the images that they show."""
