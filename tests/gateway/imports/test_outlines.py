"""Outlines in Markdown: headings, entries and rows become nodes below each other."""

from domain.imports.readers import RoadmapFileFormat
from domain.imports.roadmap_plans import PlannedNode, RoadmapFile
from tests.support.file_readers import read_roadmap

OUTLINE = """---
draft: true
---
# Computer science

A path of **free** courses.

## Basics

- [Contents](#contents)
- [x] Read [Python](https://example.org/python)
  - [ ] Write a program
- `make` by hand

## Core

Courses | Weeks
:-- | :--
[Design](https://example.org/design) ([other](http://example.org)) | 13 weeks
Not a link | 2 weeks

```
code
```
<p>HTML</p>
"""


def read(text: str = OUTLINE) -> RoadmapFile:
    return read_roadmap(RoadmapFileFormat.MARKDOWN, text)


def nodes(file: RoadmapFile) -> dict[str, PlannedNode]:
    assert file.plan is not None
    return {node.title: node for node in file.plan.nodes}


def test_the_first_heading_is_the_title_and_its_text_the_description() -> None:
    plan = read().plan

    assert plan is not None
    assert (plan.title, plan.slug, plan.slug_line) == ("Computer science", "computer-science", 4)
    assert plan.description == "A path of free courses."


def test_headings_entries_and_rows_are_nodes_below_each_other() -> None:
    found = nodes(read())

    assert list(found) == [
        "Basics",
        "Read Python",
        "Write a program",
        "make by hand",
        "Core",
        "Design (other)",
    ]
    needed = {title: [needs.of for needs in node.needs] for title, node in found.items()}
    assert needed == {
        "Basics": [],
        "Read Python": [("basics",)],
        "Write a program": [("read-python",)],
        "make by hand": [("basics",)],
        "Core": [],
        "Design (other)": [("core",)],
    }
    assert (found["Design (other)"].line, found["Design (other)"].description) == (19, "13 weeks\n\ncode")


def test_links_are_resources_where_they_are_https() -> None:
    file = read()

    assert [each.url for each in nodes(file)["Design (other)"].resources] == ["https://example.org/design"]
    reasons = {loss.reason for loss in file.findings.losses}
    assert "a link is no https address, and is not kept" in reasons
    assert "a part of a table of contents, which is not kept" in reasons
    assert "HTML is not kept" in reasons
    assert "a row of a table without a link in its first cell is not kept" in reasons


def test_equal_titles_have_keys_of_their_own() -> None:
    found = read("# T\n\n## Part\n\n- Exercise\n\n## Part\n\n- Exercise\n")

    assert found.plan is not None
    assert [node.key for node in found.plan.nodes] == ["part", "exercise", "part-2", "exercise-2"]
    assert found.findings.refused == []


def test_several_headings_of_the_highest_level_are_told() -> None:
    file = read("# One\n\n# Two\n")

    assert file.plan is not None
    assert (file.plan.title, [node.title for node in file.plan.nodes]) == ("One", ["Two"])
    assert "2 headings have the highest level" in file.findings.losses[0].reason


def test_the_heading_of_a_table_of_contents_is_no_title() -> None:
    file = read("# Contents\n\n- [Two](#two)\n\n# Two\n\n- Part\n")

    assert file.plan is not None
    assert (file.plan.title, [node.title for node in file.plan.nodes]) == ("Two", ["Part"])


def test_titles_in_every_script_survive_byte_for_byte() -> None:
    titles = ["\u05e9\u05dc\u05d5\u05dd", "e\u0301", "\U0001f469\u200d\U0001f680", "\u0639\u0631\u0628\u064a"]

    file = read("# T\n\n" + "".join(f"- {title}\n" for title in titles))

    assert file.plan is not None
    assert [node.title for node in file.plan.nodes] == titles
    assert len({node.key for node in file.plan.nodes}) == 4
    assert file.findings.refused == []


def test_what_is_no_outline_is_refused() -> None:
    assert "no heading" in read("just a text\n").findings.refused[0].reason
    assert "below the title" in read("# Only a title\n").findings.refused[0].reason


def test_an_entry_too_long_for_a_title_is_cut_and_kept_whole_in_the_description() -> None:
    long = "word " * 30 + "end"

    file = read(f"# T\n\n- {long}\n")

    (node,) = nodes(file).values()
    assert (len(node.title) <= 120, node.title[-1], node.description) == (True, "\u2026", long)
    assert "the title is cut" in file.findings.losses[0].reason


def test_html_and_pictures_within_a_line_are_losses() -> None:
    file = read("# Title\n\n- one <b>bold</b>\n- two ![a](https://example.org/a.png)\n")

    assert list(nodes(file)) == ["one bold", "two"]
    assert [(loss.line, loss.reason) for loss in file.findings.losses] == [
        (3, "HTML is not kept, only its text"),
        (4, "a picture is not kept"),
    ]


def test_a_list_that_is_nested_too_deep_is_a_loss_where_it_is_cut() -> None:
    depth = 40
    file = read("# Title\n\n" + "".join(f"{'  ' * n}- entry {n}\n" for n in range(depth)))

    kept = len(nodes(file))
    assert 0 < kept < depth
    (loss,) = file.findings.losses
    assert (loss.line, "nested more than 24" in loss.reason) == (3 + kept, True)


def test_a_list_as_deep_as_may_be_is_kept() -> None:
    file = read("# Title\n\n" + "".join(f"{'  ' * n}- entry {n}\n" for n in range(24)))

    assert len(nodes(file)) == 24
    assert file.findings.losses == []
