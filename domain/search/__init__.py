"""Search: objects of all kinds by words."""
