"""Prompts: versioned texts for language models with placeholders, in which texts of users stand as quoted data."""

import re
from collections.abc import Mapping

from domain.ai.redaction import redacted
from domain.ai.requests import AiRequest, Speaker, Turn
from domain.entities import entity
from domain.errors import InvalidInputError

_PLACEHOLDER = re.compile(r"\{([a-z][a-z_]*)\}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@entity
class Prompt:
    """One version of a prompt.

    `system` says what the model is to do, and `request` is what it is asked; both may hold `{placeholders}`, whose
    names are those of `values` (of the platform) and `quoted` (texts of users).
    """

    name: str
    version: int
    system: str
    request: str
    values: frozenset[str]
    quoted: frozenset[str]


Prompts = Mapping[str, Prompt]
"""The newest version of each prompt, by name."""


@entity
class Conversation:
    """What a provider gets: the instructions, and turns of which the last is the learner's."""

    system: str
    turns: tuple[Turn, ...]


def checked(prompt: Prompt) -> Prompt:
    """Return the prompt if it is sound; raises ValueError that says what is wrong with its placeholders."""
    used = {*_PLACEHOLDER.findall(prompt.system), *_PLACEHOLDER.findall(prompt.request)}
    declared = prompt.values | prompt.quoted
    if prompt.values & prompt.quoted:
        raise ValueError(f"{sorted(prompt.values & prompt.quoted)} are declared twice")
    if used != declared:
        raise ValueError(f"{sorted(used ^ declared)} are not both declared and used")
    if prompt.quoted.intersection(_PLACEHOLDER.findall(prompt.system)):
        raise ValueError("texts of users may stand in the request alone")
    return prompt


def conversation(prompt: Prompt, request: AiRequest) -> Conversation:
    """Return what a provider is sent; raises ValueError unless the request has exactly the names of the prompt."""
    if request.values.keys() != prompt.values or request.quoted.keys() != prompt.quoted:
        given = sorted([*request.values, *request.quoted])
        raise ValueError(f"prompt {prompt.name} takes {sorted(prompt.values | prompt.quoted)}, not {given}")
    parts = {name: redacted(str(value)).translate(_ESCAPES) for name, value in request.values.items()}
    parts |= {name: quotation(text, name) for name, text in request.quoted.items()}
    return Conversation(
        system=_filled(prompt.system, parts),
        turns=(
            *(_said(turn) for turn in request.turns),
            Turn(speaker=Speaker.LEARNER, text=_filled(prompt.request, parts)),
        ),
    )


def quotation(text: str, name: str) -> str:
    """Return a text of users between tags that it cannot forge: its own `&`, `<` and `>` are escaped, as in HTML.

    E-mail addresses and secrets in it are left out. Raises InvalidInputError for a text that is no Unicode.
    """
    if _SURROGATE.search(text):
        raise InvalidInputError(
            f"{name} must hold Unicode alone; half of a surrogate pair is none.", field=name
        )
    return f'<quoted name="{name}">\n{redacted(text).translate(_ESCAPES)}\n</quoted>'


def _said(turn: Turn) -> Turn:
    """Return a turn as the provider gets it: what learners said is quoted like all of their texts."""
    if turn.speaker is Speaker.AUTHOR:
        return Turn(speaker=turn.speaker, text=redacted(turn.text))
    return Turn(speaker=turn.speaker, text=quotation(turn.text, "question"))


def _filled(template: str, parts: Mapping[str, str]) -> str:
    """Fill in all placeholders in one pass, so that no value can bring another placeholder."""
    return _PLACEHOLDER.sub(lambda match: parts[match[1]], template)
