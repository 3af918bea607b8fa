"""Tables of topic chains."""
