"""Gamification: XP, levels, streaks, leaderboards."""
