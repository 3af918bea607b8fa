"""Files from outside: read, judged item by item with its line, and stored all or not at all."""
