"""CSV: tables of questions, with headers in any order and several ways to say what is right."""
