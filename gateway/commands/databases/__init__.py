"""Commands about the database: migrations, backups, rebuilds and reports."""
