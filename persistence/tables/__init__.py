"""Tables of the database, by area, one file a noun."""
