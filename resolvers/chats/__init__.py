"""Resolvers and batches of explore chats."""
