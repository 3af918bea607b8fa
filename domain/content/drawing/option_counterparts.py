"""Option counterparts: which options of two versions of a question stand for each other, and a key moved by them.

Each version has option ids of its own. Options of equal text stand for each other, in a cloze those of the same blank.
Prompts of a matching stand for each other by their texts too.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from domain.content.answer_keys import AnswerKey, PartKey
from domain.content.answers import Option
from domain.content.questions import Question


def choices(question: Question) -> list[list[Option]]:
    """Return what there is to choose from: the options of the question, and those of each blank."""
    return [question.options, *(blank.options for blank in question.blanks)]


def counterparts(old: Question, new: Question) -> dict[str, str]:
    """Return which option of the newer version stands for each option of the older one."""
    found: dict[str, str] = {}
    for before, after in zip(choices(old), choices(new), strict=False):
        by_text = {option.text: option.id for option in after}
        found |= {option.id: by_text[option.text] for option in before if option.text in by_text}
    return found


def translated(value: Any, ids: Mapping[str, str]) -> Any:
    """Return a value with other ids in it, however deep they are."""
    if isinstance(value, str):
        return ids.get(value, value)
    if isinstance(value, Mapping):
        return {translated(key, ids): translated(each, ids) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(translated(each, ids) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: translated(getattr(value, f.name), ids) for f in fields(value)})
    return value


def key_for(old: Question, new: Question, key: AnswerKey) -> AnswerKey:
    """Return the key of the newer version as one of the older: what only the newer one has to choose is left out."""
    ids = {after: before for before, after in counterparts(old, new).items()}
    only_new = {option.id for options in choices(new) for option in options} - ids.keys()
    parts = [replace(part, option=None) if part.option in only_new else part for part in key.parts]
    moved: AnswerKey = translated(
        replace(
            key,
            correct_options=key.correct_options - only_new,
            option_feedback={a: text for a, text in key.option_feedback.items() if a not in only_new},
            parts=_of_prompts(old, new, parts),
        ),
        ids,
    )
    return replace(moved, question_id=old.id)


def _of_prompts(old: Question, new: Question, parts: list[PartKey]) -> list[PartKey]:
    """Return the parts of a matching in the order of the older version's prompts; other parts stay."""
    if not old.prompts:
        return parts
    by_text = {prompt.text: part for prompt, part in zip(new.prompts, parts, strict=False)}
    return [by_text.get(prompt.text, PartKey()) for prompt in old.prompts]
