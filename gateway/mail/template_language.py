"""Template language of campaigns: MJML and Jinja with declared variables, checked before a template is saved.

A body is the content of an MJML page. The page around it, with the reason and the link that ends such mails, is the
same for all, and a template can neither close nor hide it: it holds only the elements below, which are its own.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from mjml import mjml2html

from domain.campaigns.email_templates import OF_READER, TemplateContent
from domain.errors import InvalidInputError
from domain.refusals import all_at_once
from gateway.mail.mail_templates import (
    LARGEST_HTML,
    BadTemplateError,
    MailTemplate,
    check_source,
    shown_value,
)

ELEMENTS = (
    "mj-button",
    "mj-column",
    "mj-divider",
    "mj-group",
    "mj-section",
    "mj-spacer",
    "mj-table",
    "mj-text",
    "mj-wrapper",
)
"""The MJML elements that a body may hold: those that show something, and none that reads files or writes raw HTML."""
HTML_ELEMENTS = (
    *("a", "b", "br", "em", "h1", "h2", "h3", "i", "li", "ol", "p", "span", "strong", "u", "ul"),
    *("table", "tbody", "td", "th", "thead", "tr"),
)
"""The HTML elements inside of them: none that runs, or changes how the rest of the mail looks."""
_TAG = re.compile(r"<\s*/?\s*([a-z!?][\w-]*)", re.IGNORECASE)
MOST_FILTERS, MOST_FILTERS_IN_LOOPS = 100, 10
"""How many filters a field holds, and how many of them inside loops: each reads its whole value again."""
_LOADS = re.compile(r"\s(?:on\w+|src|srcset|background(?:-url)?)\s*=|url\s*\(", re.IGNORECASE)
"""What loads something when a mail is opened, which would tell that it was opened, or runs."""
_LINK = re.compile(r"href\s*=\s*[\"']?\s*([^\s\"'>]*)", re.IGNORECASE)
_LINKS = ("https://", "http://", "mailto:", "{{")
"""How the addresses of links begin."""
_PLACE = "<!-- body -->\n"
_TEXT = ImmutableSandboxedEnvironment(
    autoescape=False, undefined=StrictUndefined, keep_trailing_newline=True, finalize=shown_value
)
_REASON, _URL = "a reason of 27 characters..", "https://mail.invalid/unsubscribe"


class MjmlLanguage:
    """MJML bodies, and subjects and texts of Jinja, in the sandbox of all mails."""

    def check(self, content: TemplateContent) -> None:
        """Raise InvalidInputErrors, all at once, that name the field and the line, and what is wrong there."""
        with all_at_once() as each:
            for field in ("subject", "text"):
                with each:
                    _check(getattr(content, field), field, content.variables)
            with each:
                _check(content.body, "body", content.variables)
                _check_body(self, content)
            if not each.refusals:
                _try(self, content)

    def layout(self, body: str) -> str:
        """Return the body between header and footer, as MJML that is sent with different values."""
        return _frame().replace(_PLACE, body + "\n")

    def text(self, source: str, values: Mapping[str, Any]) -> str:
        """Return a subject or a text with its values; raises InvalidInputError where they do not fit."""
        pieces, size = [], 0
        try:
            for piece in _text_template(source).generate(values):
                pieces.append(piece)
                size += len(piece)
                if size > LARGEST_HTML:
                    raise InvalidInputError(
                        f"A mail may hold at most {LARGEST_HTML} characters.", field="text"
                    )
        except (TemplateError, TypeError, SyntaxError, RecursionError) as error:
            raise InvalidInputError("The values do not fit the template.", field="values") from error
        return "".join(pieces)

    def html(self, layout: str, values: Mapping[str, Any]) -> str:
        """Return a layout as HTML with its values; raises InvalidInputError where they do not fit."""
        try:
            return layout_template(layout).html(values)
        except BadTemplateError as error:
            raise InvalidInputError("The values do not fit the template.", field="values") from error


@lru_cache(maxsize=64)
def layout_template(source: str) -> MailTemplate:
    """Return the compiled template of a layout; the mails of a campaign have one in common."""
    return MailTemplate(source)


@lru_cache(maxsize=128)
def _text_template(source: str) -> Template:
    return _TEXT.from_string(source)


@cache
def _frame() -> str:
    return Path(__file__).with_name("campaign.mjml").read_text("utf-8")


def _check(source: str, field: str, variables: Iterable[str]) -> None:
    """Refuse what is no template, or shows what nothing fills in."""
    try:
        tree = check_source(source)
    except BadTemplateError as error:
        raise InvalidInputError(f"{field}: {error}", field=field) from error
    _check_cost(tree, field)
    unknown = sorted(meta.find_undeclared_variables(tree) - {*OF_READER, *variables})
    if unknown:
        raise InvalidInputError(
            f"{field} shows {', '.join(unknown)}, which variables does not declare.", field=field
        )


def _check_cost(tree: nodes.Template, field: str) -> None:
    """Refuse what could keep a process busy: loops inside each other, and many filters."""
    loops = list(tree.find_all(nodes.For))
    if any(inner is not loop for loop in loops for inner in loop.find_all(nodes.For)):
        raise InvalidInputError(f"{field} may not hold a loop inside another one.", field=field)
    in_loops = sum(1 for loop in loops for _ in loop.find_all(nodes.Filter))
    if in_loops > MOST_FILTERS_IN_LOOPS or len(list(tree.find_all(nodes.Filter))) > MOST_FILTERS:
        raise InvalidInputError(
            f"{field} may hold at most {MOST_FILTERS} filters, {MOST_FILTERS_IN_LOOPS} of them in loops.",
            field=field,
        )


def _try(language: MjmlLanguage, content: TemplateContent) -> None:
    """Refuse what cannot be sent whatever the values are: fill it in once, with a word for each text and list."""
    layout = language.layout(content.body)
    looped = {
        loop.iter.name
        for source in (content.subject, content.text, content.body)
        for loop in check_source(source).find_all(nodes.For)
        if isinstance(loop.iter, nodes.Name)
    }
    names = (*OF_READER, *content.variables)
    values: dict[str, Any] = {name: ["word"] if name in looped else "word" for name in names}
    of_mail = {"reason": "word", "unsubscribe": {"label": "word", "url": _URL}, "subject": "word"}
    with all_at_once() as each:
        for field in ("subject", "text"):
            with each:
                _shown(field, partial(language.text, getattr(content, field), values))
        with each:
            _shown("body", partial(language.html, layout, of_mail | values))


def _shown(field: str, show: Callable[[], str]) -> None:
    try:
        show()
    except InvalidInputError as error:
        raise InvalidInputError(
            f"{field} cannot be filled in with texts and lists of texts.", field=field
        ) from error


def _check_body(language: MjmlLanguage, content: TemplateContent) -> None:
    """Refuse a body that is no MJML, or that leaves the page around it incomplete."""
    tags = {tag.lower() for tag in _TAG.findall(content.body)}
    if not tags <= {*ELEMENTS, *HTML_ELEMENTS} or "mj-section" not in tags:
        raise InvalidInputError(
            f"body must hold an mj-section, and may hold {', '.join(ELEMENTS)}; and inside of these "
            f"{', '.join(HTML_ELEMENTS)}.",
            field="body",
        )
    if _LOADS.search(content.body) or not all(
        each.startswith(_LINKS) for each in _LINK.findall(content.body)
    ):
        raise InvalidInputError(
            f"body may load nothing when it is read, and its links begin with {', '.join(_LINKS)}.",
            field="body",
        )
    layout = language.layout(content.body)
    try:
        layout_template(layout)
        shown = mjml2html(_without_jinja(layout), disable_comments=False, fonts={})
    except (BadTemplateError, ValueError) as error:
        raise InvalidInputError(f"body is no valid MJML: {error}", field="body") from error
    if shown.count(_REASON) != 1 or shown.count(_URL) != 1:
        raise InvalidInputError("body must leave the end of the mail as it is.", field="body")


def _without_jinja(layout: str) -> str:
    """Return a layout with the footer's values alone, to see whether it still shows the footer."""
    filled = layout.replace("{{ reason }}", _REASON).replace("{{ unsubscribe.url }}", _URL)
    return re.sub(r"\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}", "", filled, flags=re.DOTALL)
