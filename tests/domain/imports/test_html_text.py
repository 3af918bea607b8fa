"""HTML to plain text: what carries meaning is in the text."""

import pytest

from domain.imports import html_text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("10<sup>3</sup>", "10^3"),
        ("10<sup>-3</sup> m", "10^-3 m"),
        ("x<sup> n + 1 </sup>", "x^(n + 1)"),
        ("2<sup>x<sup>2</sup></sup>", "2^(x^2)"),
        ("H<sub>2</sub>O", "H_2O"),
        ("a<SUB>i,j</SUB>", "a_(i,j)"),
        ("e<sup>&minus;1</sup>", "e^\u22121"),
        ("x<sup></sup>y", "xy"),
        ("x<sup>2", "x^2"),
        ("x</sup>2", "x2"),
        ("x<sup>a<del>b</sup>c", "x^(a~~b~~)c"),
        ("not <del>so</del> <s>here</s>", "not ~~so~~ ~~here~~"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<ol><li>one</li><li>two<ul><li>in</li></ul></li></ol>end", "1. one\n2. two\n  - in\nend"),
        ("<table><tr><th>a<th>b</tr><tr><td>1</td><td></td><td>3</td></tr></table>", "a | b\n1 | | 3"),
        ("<dl><dt>GIFT<dd>a format</dl>", "GIFT\n  a format"),
        ("<pre>def f():\n\n    return 1\n\tx</pre>y", "def f():\n\n    return 1\n    x\ny"),
        ("a  b\n c", "a b c"),
        ("one<br>two<p>three", "one\ntwo\nthree"),
        ("1 &lt; 2 &amp;&amp; <b>x</b>", "1 < 2 && x"),
        ("#include <stdio.h> and List<String>", "#include <stdio.h> and List<String>"),
        ("a <b c", "a <b c"),
        ("<script>x<sup>2</sup></script><!-- <sup> -->y", "y"),
    ],
)
def test_what_carries_meaning_stays(source: str, text: str) -> None:
    assert html_text.plain(source).text == text


def test_the_default_format_keeps_the_lines_of_the_source() -> None:
    assert html_text.plain("a\n  b<br>c &amp; d", keep_lines=True).text == "a\nb\nc & d"


@pytest.mark.parametrize("opened", ["<sup>x", "<del>x", "<ul><li>x", "<dd>", "<sup>", "<sub><del>x"])
def test_deep_nesting_does_not_grow_the_text(opened: str) -> None:
    source = opened * 5_000

    assert len(html_text.plain(source).text) <= 5 * len(source)


def test_lost_formulas_and_pictures_are_told() -> None:
    found = html_text.plain('<math><msup><mi>x</mi><mn>2</mn></msup></math><img src="x" alt="a cat">')

    assert (found.has_formulas, found.pictures) == (True, 1)
    assert not html_text.plain("a mathematician").has_formulas
