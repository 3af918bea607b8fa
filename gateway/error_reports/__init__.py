"""Error reports: defects of operations and jobs, for a server that understands Sentry's protocol."""
