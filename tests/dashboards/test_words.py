"""Text of strangers as Markdown: it shows exactly itself, and an image's name stays one that can be copied."""

import pyarrow as pa
import pytest

from dashboards.data import harmless
from dashboards.words import JOINER, ago, literal, opened, sentence, share

HOSTILE = (
    "**bold** _it_ `code` # head", "<img src=x onerror=alert(1)>", "[a](http://203.0.113.9)", "![p](https://203.0.113.9/p.png)",
    "http://203.0.113.9", "www.example.org", "someone@example.org", "mailto:someone@example.org", "xmpp:a@b.c",
    ":material/home:",
    ":smile: :red[text] :red-badge[x]", "$x^2$ $$y$$", "line\nbreak\r\n# head", "| a | b |", "&lt;b&gt; &copy;", "\\",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_no_punctuation_stays_bare(text: str) -> None:
    shown = literal(text)
    assert "\n" not in shown
    assert shown.replace(JOINER, "").replace("\\", "") == " ".join(text.split()).replace("\\", "")
    bare = [char for before, char in zip(" " + shown, shown, strict=False) if char in "*_`[]()<>!#:$|&@" and before != "\\"]
    assert bare == []


@pytest.mark.parametrize("name", ["payments/api:1.2.0", "a/b@sha256:0123", "registry-1:latest", "CVE-2024-3094"])
def test_a_name_can_be_copied(name: str) -> None:
    assert JOINER not in literal(name)


def test_what_reorders_text_is_shown_in_words_and_lists() -> None:
    table = pa.table({"word": ["a\u202eb", None], "list": [["x", "c\u2066d", None], None], "number": [1, 2]})
    assert harmless(table.slice(0, 2)).to_pylist() == [
        {"word": "a\ufffdb", "list": ["x", "c\ufffdd", None], "number": 1}, {"word": None, "list": None, "number": 2},
    ]  # fmt: skip
    assert harmless(table.slice(0, 0)).num_rows == 0


SENTENCES = [
    ("run `prefect server start`, then look", "run `prefect server start`\\, then look"),
    ("`a` and *b*", "`a` and \\*b\\*"),
    ("say `a\n b` ", "say `a b`"),
    ("one ` alone is of *somebody*", literal("one ` alone is of *somebody*")),
]


@pytest.mark.parametrize(("text", "shown"), SENTENCES, ids=range(len(SENTENCES)))
def test_commands_of_a_sentence_are_shown_as_such(text: str, shown: str) -> None:
    assert sentence(text).strip() == shown


OPENED = [
    ("the lake is gone; make one", "The lake is gone; make one."),
    ("a file cannot be read.", "A file cannot be read."),
    ("web:1 names 2 images", "web:1 names 2 images."),
    ("theia/web:1 names 2 images", "theia/web:1 names 2 images."),
    ("owners.toml has no valid TOML", "owners.toml has no valid TOML."),
    ("AWS said no", "AWS said no."),
]


@pytest.mark.parametrize(("said", "shown"), OPENED, ids=range(len(OPENED)))
def test_an_error_is_a_sentence_and_a_name_stays_as_it_is(said: str, shown: str) -> None:
    assert opened(said) == shown


def test_shares_say_their_whole() -> None:
    assert share(0, 400) == "0 of 400"
    assert ago(None) == "never"
