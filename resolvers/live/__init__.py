"""Live leaderboards: one broadcast per board, shared by all its subscribers in the process."""
