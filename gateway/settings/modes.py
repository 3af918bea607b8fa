"""Modes: what a setting that has only a few values may be."""

from enum import Enum


class Environment(Enum):
    """Where the gateway runs; production is strict, development is open."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class LogFormat(Enum):
    """How log lines are written: for machines or for people."""

    JSON = "json"
    TEXT = "text"


class DocumentMode(Enum):
    """What becomes of documents that are not trusted: they run, they run and are logged, or they are refused."""

    OFF = "off"
    LOG = "log"
    ENFORCE = "enforce"
