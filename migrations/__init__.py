"""How the database became what it is: numbered scripts, one reason each, reversible."""
