"""What can be asked: declarations of types, fields, arguments, rules and limits."""
