"""What is true: entities, rules and verbs in plain Python, with no library beside the standard one."""
