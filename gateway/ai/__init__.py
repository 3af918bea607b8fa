"""AI: the assistant behind its port, the providers of language models, and the author that needs none."""
