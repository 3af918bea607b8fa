"""How it is answered: open work, call one verb, return domain objects."""
