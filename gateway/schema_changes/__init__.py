"""Schema changes: what differs between two versions of the SDL, and which changes may be released."""
