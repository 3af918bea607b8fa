"""Background jobs: leaderboard projection, mail, account deletion, retention."""
