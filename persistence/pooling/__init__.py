"""What a pool of connections keeps of them: how old they are, and which are idle."""
