"""Graph: the schema's types, fields, arguments and access rules, and the runtime that executes documents."""
