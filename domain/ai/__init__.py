"""AI: what the platform asks language models, in prompts that keep texts of users apart, and how it reads answers."""
