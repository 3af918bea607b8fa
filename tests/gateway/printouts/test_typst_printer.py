"""PDF files: their text is that of the document in every script, and nothing in it is markup or leaves its bounds."""

import asyncio
import time

import pytest

from domain.printouts.documents import (
    CertificateSheet,
    Document,
    DocumentTooLongError,
    Facts,
    Heading,
    Links,
    Part,
    Prose,
)
from domain.printouts.printouts import PrintedFile, PrintingFailedError
from gateway.printouts.typst_printer import MOST_PAGES, TypstPrinter
from tests.support.pdf_texts import words_in

SCRIPTS = {
    "Latin": "Příliš žluťoučký kůň, naïve façade, Łódź",
    "Greek": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία",
    "Cyrillic": "Съешь же ещё этих мягких французских булок",
    "Chinese": "天地玄黃 宇宙洪荒 学习 路线图",
    "Japanese": "いろはにほへと カタカナ 漢字",
    "Korean": "키스의 고유조건은 입술",
    "Thai": "เป็นมนุษย์สุดประเสริฐ",
    "Armenian": "Բել դղյակի ձախ ժամն",
    "Georgian": "გთხოვთ ახლავე გაიაროთ",
    "emoji": "🎓 🚀 ✅ 🐍",
}
TURNED = {"Hebrew": "דג סקרן שט בים", "Arabic": "نص حكيم له سر"}
HOSTILE = r"""#import "@preview/x:0.1.0" #read("/etc/passwd") #sys.inputs $x^2$ @ref <label> *bold* _it_ `raw` = H \
// comment /* c */ ~ -- --- ... #{1+1} #[x] "q" 'q' \u{41}"""


def document(*parts: Part, title: str = "Knots") -> Document:
    return Document(title=title, file_name="knots", parts=parts)


async def text_of(*parts: Part, title: str = "Knots") -> str:
    return words_in((await TypstPrinter().print(document(*parts, title=title))).content)


async def test_a_text_in_every_script_can_be_read_again() -> None:
    found = await text_of(*(Prose(text=text) for text in SCRIPTS.values()))

    for name, text in SCRIPTS.items():
        if name != "Thai":
            assert text in found, name
    letters = {letter for letter in SCRIPTS["Thai"] if letter.isalpha()}
    assert letters <= set(found)  # pypdf reads the signs above and below them in other places, or not at all


async def test_texts_from_the_right_hold_all_their_letters() -> None:
    for name, text in TURNED.items():
        found = await text_of(Prose(text=text), title="x")
        letters = sorted(text.replace(" ", ""))

        for letter in set(letters):
            assert found.count(letter) >= letters.count(letter), name


async def test_scripts_of_india_hold_all_their_letters() -> None:
    for text in ("ऋषियों को सताने वाले", "আমার সোনার বাংলা", "யாமறிந்த மொழிகளிலே"):
        assert set(text) <= set(await text_of(Prose(text=text))), text


@pytest.mark.parametrize("is_markdown", [False, True])
async def test_markup_of_typst_comes_out_as_it_is(*, is_markdown: bool) -> None:
    given = HOSTILE
    if is_markdown:
        given = "```\n" + HOSTILE + "\n```"

    found = await text_of(
        Prose(text=given, is_markdown=is_markdown),
        Heading(text=HOSTILE.split("\n", maxsplit=1)[0]),
        Facts(lines=[("#a", "#b $c$")]),
        title="#title $x$",
    )

    for line in HOSTILE.split("\n"):
        assert " ".join(line.split()) in found
    assert "#a: #b $c$" in found
    assert "#title $x$" in found


async def test_markdown_is_shown_by_its_meaning() -> None:
    text = """## Part

Some **bold**, *italic* and ~~struck~~ words with `code_1`, a [link](https://example.org/a) and <b>no HTML</b>.

1. first
2. second
   - inner

| left | right |
|---|---|
| 1 | 2 |

> quoted

```python
def f(x):
    return "漢字"
```

Maths: $a_1 * b_1$ and \\(x_1^2\\) and
$$
\\sum_{i} x_i
$$
and ![a picture](https://example.org/p.png) and 5 $ or 6 $.
"""

    found = await text_of(Prose(text=text, is_markdown=True))

    assert "Some bold, italic and struck words with code_1, a link and <b>no HTML</b>." in found
    for words in ("1. first", "2. second", "inner", "left right 1 2", "quoted", 'return "漢字"'):
        assert words in found
    for maths in ("$a_1 * b_1$", r"\(x_1^2\)", r"\sum_{i} x_i", "5 $ or 6 $."):
        assert maths in found
    assert "[a picture: https://example.org/p.png]" in found
    assert "**" not in found


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x"])
async def test_only_addresses_of_the_web_are_links(address: str) -> None:
    file = await TypstPrinter().print(
        document(Links(links=[("x", address)]), Prose(text=f"[x](<{address}>)", is_markdown=True))
    )

    assert b"/URI" not in file.content
    assert address in words_in(file.content)


async def test_a_certificate_has_its_facts_and_its_address() -> None:
    award = CertificateSheet(
        name="Ada 漢字",
        title="Knots",
        facts=[("Code", "abc")],
        page_url="https://api.example.org/certificates/abc",
        is_valid=True,
    )

    file = await TypstPrinter().print(document(award, title="Certificate"))

    assert file.pages == 1
    for words in ("QuestPath", "Ada 漢字", "Knots", "Code: abc", award.page_url):
        assert words in words_in(file.content)


async def test_a_document_with_too_many_pages_is_refused() -> None:
    lines = "\n".join("x" for _ in range(MOST_PAGES * 60))

    with pytest.raises(DocumentTooLongError):
        await TypstPrinter().print(document(Prose(text=lines)))


async def test_a_document_that_takes_too_long_is_ended_and_the_loop_goes_on() -> None:
    long = document(Prose(text="lorem ipsum dolor\n\n" * 40_000))
    began = time.monotonic()
    beats = 0

    printing = asyncio.create_task(printed(TypstPrinter(seconds=1.5), long))
    while not printing.done():
        await asyncio.sleep(0.05)
        beats += 1

    assert isinstance(await printing, PrintingFailedError)
    assert beats > 10
    assert time.monotonic() - began < 10


async def test_a_document_that_takes_too_much_memory_is_ended() -> None:
    with pytest.raises(PrintingFailedError):
        await TypstPrinter(most_bytes=60_000_000).print(document(Prose(text="x")))


async def printed(printer: TypstPrinter, given: Document) -> PrintedFile | Exception:
    try:
        return await printer.print(given)
    except PrintingFailedError as error:
        return error


async def test_an_odd_nesting_is_no_defect() -> None:
    for nesting in ("> ", "- ", "1. ", "> - "):
        for times in (11, 22, 24, 60):
            deep = nesting * times + "deep"
            file = await TypstPrinter().print(document(Prose(text=deep, is_markdown=True)))
            assert "deep" in words_in(file.content), (nesting, times)


async def test_an_empty_document_has_a_page() -> None:
    assert (await TypstPrinter().print(document(Prose(text="")))).pages == 1
