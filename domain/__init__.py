"""Domain: entities, rules, store Protocols and verbs, on the standard library alone."""
