"""Tables of explore chats."""
