"""Explorations of the viewer: the fields of what the caller explores, has written, and takes out."""

import strawberry

from graph.ai.calls import AiUsage
from graph.analytics.activity_log import LoggedActivity
from graph.certificates.certificates import Certificate
from graph.chats.chats import ExploreChat
from graph.directives import auth
from graph.fields import resolved_by
from graph.generation.generations import Generation
from graph.generation.ratings import ContentRating
from graph.paging import Connection
from graph.printouts.printouts import Printout
from graph.threads.threads import Thread
from graph.topics.topic_chains import TopicChain
from resolvers.ai import calls as ai_calls
from resolvers.analytics import explorations as exploration_resolvers
from resolvers.certificates import certificates as certificate_resolvers
from resolvers.chats import chats as chat_resolvers
from resolvers.generation import generations
from resolvers.printouts import printouts as printout_resolvers
from resolvers.threads import threads as thread_resolvers
from resolvers.topics import topic_chains as topic_resolvers


@strawberry.type
class ViewerExplorations:
    """What the caller explores with language models, and what they have printed and certified."""

    threads: Connection[Thread] | None = resolved_by(
        thread_resolvers.viewer_threads,
        description="The caller's threads, newest first.",
        args={
            "is_archived": "Only threads in the archive, or only those that are not; by default all.",
            "query": "Only threads with this in their title, description or contents, 2 to 100 characters in any case.",
        },
    )
    shared_threads: Connection[Thread] | None = resolved_by(
        thread_resolvers.viewer_shared_threads,
        description="The threads that others share with the caller, by name or by link, newest first.",
        args={
            "query": "Only threads with this in their title, description or contents, 2 to 100 characters in any case."
        },
    )
    topic_chains: Connection[TopicChain] | None = resolved_by(
        topic_resolvers.viewer_topic_chains,
        description="The caller's topic chains, newest first.",
        args={
            "is_shared": "Only chains that are shared, or only those that are not; by default all.",
            "is_explored": "Only chains of which every topic was explored, or only the others; by default all.",
        },
    )
    chats: Connection[ExploreChat] | None = resolved_by(
        chat_resolvers.viewer_chats,
        description="The caller's explore chats, newest first.",
        args={
            "archived": "Only archived chats, or only those that are not; by default all.",
            "query": "Only chats whose title, topic or questions hold this text, in any case of letters: one line of 1 "
            "to 100 characters.",
            "of_threads": "Also chats that belong to sections of threads; by default not.",
        },
    )
    content_ratings: Connection[ContentRating] | None = resolved_by(
        generations.viewer_ratings,
        description="What the caller thinks of generated content and of answers in chats, by the ids of the targets, "
        "the last first.",
        args={
            "message_id": "Only the rating of the answer in this message of a chat.",
            "is_helpful": "Only content that is helpful to the caller, or only content that is not; by default all.",
        },
    )
    generations: Connection[Generation] | None = resolved_by(
        generations.viewer_generations,
        description="What the caller had language models write, newest first.",
        args={
            "kind": "Only generations of this kind; by default all.",
            "state": "Only generations in this state; by default all.",
        },
    )
    certificates: Connection[Certificate] | None = resolved_by(
        certificate_resolvers.viewer_certificates,
        description="The caller's certificates, newest first.",
        args={
            "state": "Only certificates in this state; by default all.",
            "roadmap_id": "Only certificates of this roadmap; by default of all.",
        },
    )
    printouts: Connection[Printout] | None = resolved_by(
        printout_resolvers.viewer_printouts,
        description="The caller's printouts, newest first.",
        args={
            "state": "Only printouts in this state; by default all.",
            "format": "Only printouts in this format; by default all.",
            "target": "Only printouts of this kind of target; by default all.",
        },
    )
    activity: Connection[LoggedActivity] | None = resolved_by(
        exploration_resolvers.viewer_activity,
        description="What the caller did in topics, chats and threads, the latest first. What is deleted is not in it.",
        args={
            "kinds": "Only acts of these kinds; by default all.",
            "since": "Only acts from this moment on.",
            "until": "Only acts before this moment.",
        },
    )
    ai_usage: AiUsage | None = resolved_by(
        ai_calls.viewer_usage,
        description="What the caller has used of language models today, and what is left.",
        rule=auth(),
    )
