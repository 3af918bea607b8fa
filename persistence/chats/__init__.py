"""Stores of explore chats."""
