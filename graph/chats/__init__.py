"""Types, mutations and the subscription of explore chats."""
