"""Mail templates: MJML with values, compiled to HTML before any value goes in, and rendered in a sandbox.

A template can show values, choose by `if`, and loop over values, at most two loops deep. It cannot call, import, assign
or compute anything, so that its time and its memory are bounded by its own size and that of its values.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from mjml import mjml2html

LARGEST_SOURCE = 65_536
"""How many characters of MJML a template holds at most."""
LARGEST_HTML = 262_144
"""How many characters of HTML a mail holds at most."""
DEEPEST_LOOP = 2
"""How many loops may be inside each other."""
MOST_LOOPS = 20
FILTERS = (
    "capitalize",
    "default",
    "e",
    "escape",
    "first",
    "join",
    "last",
    "length",
    "lower",
    "title",
    "upper",
)
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Const,
    nodes.For,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Test,
    nodes.Filter,
)


class BadTemplateError(ValueError):
    """The template cannot be used; the message names the line and the reason."""


class MailTemplate:
    """A compiled template."""

    def __init__(self, source: str) -> None:
        if len(source) > LARGEST_SOURCE:
            raise BadTemplateError(f"A template may hold at most {LARGEST_SOURCE} characters.")
        check_source(source)
        try:
            self._template = _ENVIRONMENT.from_string(mjml2html(source, disable_comments=False, fonts={}))
        except (ValueError, TemplateError, SyntaxError, RecursionError) as error:
            raise BadTemplateError(f"The template is no valid MJML, or nested too deeply: {error}") from error

    def html(self, values: Mapping[str, Any]) -> str:
        """Return the HTML with the values; raises BadTemplateError for a missing value and for too much HTML."""
        pieces, size = [], 0
        try:
            for piece in self._template.generate(values):
                pieces.append(piece)
                size += len(piece)
                if size > LARGEST_HTML:
                    raise BadTemplateError(f"A mail may hold at most {LARGEST_HTML} characters of HTML.")
        except (TemplateError, TypeError) as error:
            raise BadTemplateError(f"The values do not fit the template: {error}") from error
        return "".join(pieces)


@cache
def message_template() -> MailTemplate:
    """Return the template of all messages of `domain.mail.messages`."""
    return MailTemplate(Path(__file__).with_name("message.mjml").read_text("utf-8"))


def check_source(source: str) -> nodes.Template:
    """Return the tree of a template with nothing but values, choices and loops that are not too deep.

    Raises BadTemplateError that names the line.
    """
    try:
        tree = _ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        raise BadTemplateError(
            f"Line {error.lineno}: the template cannot be read: {error.message}"
        ) from error
    except (TemplateError, RecursionError) as error:
        raise BadTemplateError("The template cannot be read; it may be nested too deeply.") from error
    if len(list(tree.find_all(nodes.For))) > MOST_LOOPS:
        raise BadTemplateError(f"A template may hold at most {MOST_LOOPS} loops.")
    for node, depth in _walk(tree, 0):
        name = type(node).__name__
        if not isinstance(node, _ALLOWED) or (isinstance(node, nodes.For) and node.recursive):
            raise BadTemplateError(f"Line {node.lineno}: {name} is not allowed in a template.")
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            raise BadTemplateError(f"Line {node.lineno}: the filters are {', '.join(FILTERS)}.")
        if depth > DEEPEST_LOOP:
            raise BadTemplateError(
                f"Line {node.lineno}: at most {DEEPEST_LOOP} loops may be inside each other."
            )
    return tree


def _walk(node: nodes.Node, depth: int) -> Iterator[tuple[nodes.Node, int]]:
    depth += isinstance(node, nodes.For)
    yield node, depth
    for child in node.iter_child_nodes():
        yield from _walk(child, depth)


def shown_value(value: object) -> object:
    """Return a value as readers see it, a list as its texts with commas; raises TypeError for what is no text."""
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, bool) or not isinstance(value, str | int | Undefined):
        raise TypeError(f"{type(value).__name__} is no text")
    return value


_ENVIRONMENT = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined, finalize=shown_value)
