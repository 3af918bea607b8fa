"""Stores of gamification: XP, streaks, leaderboards."""
