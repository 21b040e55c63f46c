"""The Markdown pages of the project, as their readers have them: blocks of commands, links and headings."""

import itertools
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from support.workflow_runs import ROOT

#: All that are in the repository.
PAGES = sorted({page for where in ("*.md", "[a-z]*/README.md", "docs/**/*.md") for page in ROOT.glob(where)})
#: What a comment before a block may say of it, invisible to readers.
NOTES = ("prints", "planned", "not run")


@dataclass(frozen=True)
class Block:
    """A block of code in a page."""

    page: Path
    line: int
    language: str
    code: str
    notes: dict[str, str] = field(default_factory=dict)  # of NOTES: what stands behind the colon

    def __str__(self) -> str:
        """Where it stands, as editors open it."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def parsed(page: Path) -> list[Token]:
    """A page, as code hosts understand it."""
    return MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, each with the comments that stand directly before it."""
    notes: dict[str, str] = {}
    for token in parsed(page):
        if token.type == "fence":
            assert token.map is not None
            yield Block(page, token.map[0] + 1, token.info, token.content, notes)
        found = re.findall(r"<!-- ([a-z ]+): (.*?) -->", token.content, re.DOTALL) if token.type == "html_block" else []
        notes = {**notes, **dict(found)} if found else {}


def links(page: Path) -> Iterator[str]:
    """Where the links and pictures of a page lead."""
    for token in parsed(page):
        for child in token.children or []:
            if child.type in ("link_open", "image"):
                yield str(child.attrs.get("href") or child.attrs.get("src"))


def anchors(page: Path) -> set[str]:
    """Where in a page a link may lead: its headings, named as code hosts do, and what is named in it."""
    names = set(re.findall(r'<a id="([^"]+)">', page.read_text(encoding="utf-8")))
    tokens = parsed(page)
    for heading, content in itertools.pairwise(tokens):
        if heading.type == "heading_open":
            words = "".join(child.content for child in content.children or [] if child.type in ("text", "code_inline"))
            kept = "".join(c for c in words.lower() if c in "-_ " or c not in string.punctuation)
            names.add(kept.strip().replace(" ", "-"))
    return names
