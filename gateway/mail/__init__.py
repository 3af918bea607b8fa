"""Mail delivery by SMTP."""
