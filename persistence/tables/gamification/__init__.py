"""Tables of gamification."""
