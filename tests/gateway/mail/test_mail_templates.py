"""Mail templates: what they show and refuse, and a preview of every message, compared with `docs/mails.html`.

After a wanted change, write the previews with `python -m tests.gateway.mail.test_mail_templates`, and look at them.
"""

from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from domain.mail.mails import NewMail
from gateway.mail import mail_templates
from gateway.mail.mail_templates import BadTemplateError, MailTemplate, message_template
from tests.builders.messages import MAILS

PREVIEWS = Path(__file__).parents[3] / "docs" / "mails.html"
every_kind = pytest.mark.parametrize("mail", MAILS.values(), ids=lambda mail: mail.kind.value)


class Reader(HTMLParser):
    """Reads the text and the addresses of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self._is_body = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_body = self._is_body or tag == "body"
        self.links += [value or "" for name, value in attrs if tag == "a" and name == "href"]
        self.loaded += [value or "" for name, value in attrs if name == "src" or tag == "link"]

    def handle_data(self, data: str) -> None:
        if self._is_body:
            self.words += data.split()


def a_template(text: str) -> MailTemplate:
    return MailTemplate(
        f"<mjml><mj-body><mj-section><mj-column><mj-text>{text}</mj-text></mj-column></mj-section></mj-body></mjml>"
    )


def previews() -> str:
    """Return a page that shows every message."""
    shown = "\n".join(
        f"<h2>{escape(mail.subject)}</h2>\n"
        f'<iframe sandbox title="{mail.kind.value}" srcdoc="{escape(message_template().html(mail.values or {}))}"></iframe>'
        for mail in MAILS.values()
    )
    style = "iframe { width: 100%; height: 36rem; border: 1px solid #d1d5db }"
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Mails</title>\n'
        f"<style>{style}</style>\n<h1>Mails</h1>\n{shown}\n</html>\n"
    )


def test_the_previews_show_every_message_as_it_is() -> None:
    assert previews() == PREVIEWS.read_text("utf-8")


@every_kind
def test_a_message_says_the_same_as_html_and_as_text(mail: NewMail) -> None:
    read = Reader(message_template().html(mail.values or {}))

    words = [word.removesuffix(":") for word in mail.body.split() if "://" not in word]
    assert [word.removesuffix(":") for word in read.words] == words
    assert read.links == [word for word in mail.body.split() if "://" in word]


@every_kind
def test_a_message_loads_nothing(mail: NewMail) -> None:
    page = message_template().html(mail.values or {})

    assert Reader(page).loaded == []
    assert "@import" not in page
    assert "url(" not in page


def test_a_value_is_text_and_never_a_tag() -> None:
    page = a_template("{{ name }}").html({"name": "<img src=x onerror=alert(1)>{{ 7 }}"})

    assert "&lt;img src=x onerror=alert(1)&gt;{{ 7 }}" in page
    assert Reader(page).loaded == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{ name", "cannot be read"),
        ("{% for a in b %}", "cannot be read"),
        ("{% for a in range(99999) %}{% endfor %}", "Line 1: Call is not allowed"),
        ("{{ name.upper() }}", "Line 1: Call is not allowed"),
        ("{% for a in b recursive %}{% endfor %}", "Line 1: For is not allowed"),
        ("{{ 'x' * 999999999 }}", "Line 1: Mul is not allowed"),
        ("{{ '%999999999d' % 1 }}", "Line 1: Mod is not allowed"),
        ("{% set a = b %}", "Line 1: Assign is not allowed"),
        ("{% include 'other' %}", "Line 1: Include is not allowed"),
        ("{% macro a() %}{% endmacro %}", "Line 1: Macro is not allowed"),
        ("{{ name|center(999999999) }}", "Line 1: the filters are"),
        ("{% for a in x %}" * 3 + "{% endfor %}" * 3, "Line 1: at most 2 loops"),
        ("{% for a in x %}{% endfor %}" * 21, "at most 20 loops"),
        ("x" * 70_000, "at most 65536 characters"),
    ],
)
def test_a_bad_template_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(BadTemplateError, match=reason):
        a_template(text)


@pytest.mark.parametrize("source", ["<mjml><mj-unknown></mj-unknown></mjml>", "<mjml>", "text"])
def test_what_is_no_mjml_is_refused(source: str) -> None:
    with pytest.raises(BadTemplateError, match="no valid MJML"):
        MailTemplate(source)


@pytest.mark.parametrize(
    ("text", "values", "reason"),
    [
        ("{{ name }}", {}, "'name' is undefined"),
        ("{{ name.title }}", {"name": {}}, "has no attribute 'title'"),
        ("{{ name.__class__.__mro__ }}", {"name": "x"}, "unsafe|undefined"),
        ("{% for a in name %}{% endfor %}", {"name": 7}, "not iterable"),
        (
            "{% for a in b %}{% for c in b %}{{ a }}{% endfor %}{% endfor %}",
            {"b": ["x" * 999] * 999},
            "at most 262144",
        ),
    ],
)
def test_values_that_do_not_fit_are_refused(text: str, values: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadTemplateError, match=reason):
        a_template(text).html(values)


def test_the_html_of_a_message_is_short_enough_that_mail_programs_do_not_cut_it() -> None:
    assert max(len(message_template().html(mail.values or {})) for mail in MAILS.values()) < 102_400
    assert mail_templates.LARGEST_HTML >= 102_400


if __name__ == "__main__":
    PREVIEWS.write_text(previews(), "utf-8")
