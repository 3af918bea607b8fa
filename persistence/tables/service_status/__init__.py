"""The table of service status."""
