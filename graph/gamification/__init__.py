"""Types of gamification: XP, streaks, leaderboards."""
