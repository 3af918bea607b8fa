"""Peer: Strawberry with the SQLAlchemy ORM."""
