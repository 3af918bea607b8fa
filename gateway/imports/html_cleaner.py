"""HTML cleaner: leaves of the HTML in imported files what has a meaning here, by nh3."""

import nh3

_TAGS = {
    *(
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
    ),
    *(
        "dd",
        "del",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
    ),
    *(
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "section",
        "small",
        "span",
    ),
    *(
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
    ),
}
_SILENT = {"script", "style", "head", "title", "noscript", "template", "textarea"}
"""Tags that go with everything inside them."""

_cleaner = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_SILENT,
    attributes={"img": {"alt", "src"}},
    strip_comments=True,
    link_rel=None,
    url_schemes=set(),
)


def clean(source: str) -> str:
    """Return HTML with the tags above, with no attribute but the text and the name of a picture."""
    return _cleaner.clean(source)
