"""Tables of events and devices."""
