"""The stores of topic chains."""

from typing import Protocol

from domain.ai.calls import AiWork
from domain.authoring.work import AuthoringWork
from domain.jobs.work import EnqueueingWork
from domain.topics.topic_chains import TopicChains
from domain.topics.topics import Topics


class TopicsWork(AuthoringWork, Protocol):
    """The stores that verbs of topic chains reach."""

    @property
    def topic_chains(self) -> TopicChains:
        """Topic chains."""

    @property
    def topics(self) -> Topics:
        """The topics of chains."""


class TopicJobsWork(EnqueueingWork, TopicsWork, AiWork, Protocol):
    """The stores of verbs that start jobs which generate topics."""
