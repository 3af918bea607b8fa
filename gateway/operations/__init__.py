"""Operations: from a request of any transport to the document that is run, the answer, and its line in the log."""
