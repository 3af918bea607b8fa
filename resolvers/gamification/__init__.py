"""Resolvers of gamification: XP, streaks, leaderboards."""
