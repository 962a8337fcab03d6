"""What others wrote stays text in every format, whatever it is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pup_tui.analysis.report.chat import in_code as chat_code
from pup_tui.analysis.report.markdown import as_markdown
from pup_tui.analysis.report.page import (
    Bullets,
    Dated,
    DatedItem,
    Gap,
    PagePart,
    Prose,
    ReportPage,
    Verbatim,
)
from pup_tui.analysis.report.web import as_html
from pup_tui.analysis.report.words import FileLink, Foreign
from pup_tui.output.sanitize import safe_text
from tests.support.web_pages import strictly

HOSTILE = (
    *("<script>alert(1)</script>", "</pre><img src=x onerror=alert(1)>", "</code></main>", "<!--"),
    *("[x](javascript:alert(1))", "![x](http://evil.example/x.png)", "<http://evil.example>"),
    *("http://evil.example", "www.evil.example", "mail@evil.example", "@channel", "#12", ":tada:"),
    *("`", "``", "```", "~~~", "a`b", "` `", " ", "", "  x  ", "`x", "x`", "\\", "\\`", "a|b", "|"),
    *("# x", "- x", "> x", "1. x", "***", "---", "===", "&lt;b&gt;", "&#60;", "]]>", "]", "](x)"),
    *("one\ntwo", "one\r\n\r\ntwo", "\t x", "\x1b[31mred\x1b[0m", "\u202eabc", "\x00", "\ud800"),
    *("{{ 7 * 7 }}", "${x}", "$x$", "<style>*{display:none}</style>", '" onclick="x', "' x='"),
    "\n```\n<b>out</b>\n",
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40)).map(str) | st.lists(
    st.sampled_from(HOSTILE), min_size=1, max_size=4
).map("".join)


def page_with(text: str) -> ReportPage:
    """A page in which a text stands in every place where a foreign one can."""
    foreign = ("before ", Foreign(text), " behind")
    return ReportPage(
        title=text,
        parts=(
            PagePart(
                heading="Ours",
                name=text,
                anchor="ours",
                blocks=(
                    Prose(foreign),
                    Bullets((foreign, (Foreign(text),))),
                    Dated((DatedItem(0.0, foreign, "decision"),)),
                    Verbatim("Output", text),
                    Prose((FileLink(text, "./a%20file.log"), FileLink(text))),
                    Gap("What happened?"),
                ),
            ),
        ),
    )


def tokens(text: str) -> list[Any]:
    reader = MarkdownIt("gfm-like")
    every = reader.parse(text)
    return [*every, *(child for token in every for child in token.children or ())]


@pytest.mark.proves("P33")
@given(texts)
def test_no_markdown_comes_of_it(text: str) -> None:
    found = tokens(as_markdown(page_with(text)))
    assert {token.type for token in found} <= {
        *("heading_open", "heading_close", "inline", "text", "code_inline", "fence", "softbreak"),
        *("paragraph_open", "paragraph_close", "bullet_list_open", "bullet_list_close"),
        *("list_item_open", "list_item_close", "strong_open", "strong_close"),
        *("blockquote_open", "blockquote_close", "link_open", "link_close"),
    }
    links = [token.attrs["href"] for token in found if token.type == "link_open"]
    assert links == ["./a%20file.log"]
    assert sum(token.type == "heading_open" for token in found) == 2
    (fence,) = (token for token in found if token.type == "fence")
    assert fence.content.rstrip("\n") == safe_text(text, multiline=True).rstrip("\n")


@given(texts)
def test_what_is_shown_of_it_in_markdown_is_the_text(text: str) -> None:
    shown = safe_text(text)
    codes = [
        token.content
        for token in tokens(as_markdown(page_with(text)))
        if token.type == "code_inline"
    ]
    assert codes == ([shown] * len(codes) if shown.strip() else [])
    assert len(codes) == (8 if shown.strip() else 0)


@pytest.mark.proves("P33")
@given(texts)
def test_no_element_and_no_attribute_of_html_comes_of_it(text: str) -> None:
    tree = strictly(as_html(page_with(text)))
    plain = strictly(as_html(page_with("plain")))
    assert [each.tag for each in tree.iter() if each.tag != "code" and each.tag != "em"] == [
        each.tag for each in plain.iter() if each.tag != "code"
    ]
    assert {each.get("href") for each in tree.iter("a")} == {"#ours", "./a%20file.log"}
    (verbatim,) = tree.iter("pre")
    assert "".join(verbatim.itertext()).rstrip("\n") == safe_text(text, multiline=True).rstrip("\n")


def test_of_a_very_long_text_a_sentence_has_the_beginning() -> None:
    page = page_with("x" * 5_000)
    assert f"before `{'x' * 4_000}… (1,000 characters more)` behind" in as_markdown(page)
    assert f"<code>{'x' * 4_000}… (1,000 characters more)</code> behind" in as_html(page)


@pytest.mark.proves("P33")
@pytest.mark.parametrize("wanted", ["script", "link", "img", "iframe", "object", "form", "base"])
def test_a_page_fetches_and_runs_nothing(wanted: str) -> None:
    page = as_html(page_with("plain"))
    assert not list(strictly(page).iter(wanted))
    assert "default-src 'none'" in page
    assert re.findall(r"url\(|@import|https?:", page) == []


@pytest.mark.proves("P33")
@given(texts)
def test_a_chat_finds_no_mention_no_link_and_no_end_of_code_in_it(text: str) -> None:
    shown = chat_code(text)
    assert shown[0] == shown[-1] == "`"
    assert not set("`<>@\n\r\x1b") & set(shown[1:-1])
