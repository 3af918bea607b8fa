"""Commands about mails: campaigns, bounces, suppressions."""
