"""Every command that README.md and docs/ quote is one: the program takes its words, its module is there, make knows it."""

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

from hullmark.cli import parser

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
BLOCK = re.compile(r"^ *```.*?\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`((?:[A-Z_]+=\S+ )?hullmark [^`]+)`(?!`)")
PLACEHOLDERS = {
    r"\[(\w+)\|[^]]*\]": r"\1",
    r"\bACCOUNT_ID\b": "111122223333",
    r"\bCOMMAND\b": "scan",
    r"<[^>]*>": "placeholder",
}
PROGRAM = parser()
SHORT = re.compile(r"arguments are required|expected (one|at least one) argument")  # a mention, and not a line to type


def in_blocks(text: str) -> list[str]:
    """The lines of code blocks that call Hullmark; a string or a backslash may carry one on."""
    lines: list[str] = []
    open_quote = False
    for block in BLOCK.findall(text):
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            if open_quote:
                lines[-1] += f" {line.strip()}"
            elif re.match(r"\s*(\$ )?([A-Z_]+=\S+ )*hullmark ", line):
                lines.append(line.strip().removeprefix("$ "))
            else:
                continue
            open_quote = lines[-1].partition("#")[0].count('"') % 2 == 1
    return lines


def words(line: str) -> list[str]:
    """What the shell would hand to Hullmark."""
    for placeholder, value in PLACEHOLDERS.items():
        line = re.sub(placeholder, value, line)
    found = shlex.split(line, comments=True)
    found = found[found.index("hullmark") + 1 :]
    ends = [found.index(sign) for sign in (">", "|") if sign in found]
    return [word for word in found[: min(ends, default=len(found))] if word != "..."]


def refused(line: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What the program has against a command line, or nothing."""
    try:
        PROGRAM.parse_args(words(line))
    except SystemExit as ended:
        told = capsys.readouterr().err
        return told if ended.code else ""
    return ""


def test_every_quoted_command_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    wrong: dict[str, str] = {}
    found = 0
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        typed, mentioned = in_blocks(text), [" ".join(span.split()) for span in SPAN.findall(BLOCK.sub("", text))]
        found += len(typed) + len(mentioned)
        said = {line: refused(line, capsys) for line in (*typed, *mentioned)}
        wrong |= {
            f"{page.name}: {line}": why
            for line, why in said.items()
            if why and not (line in mentioned and SHORT.search(why))
        }
    assert wrong == {}
    assert found > 130


def test_every_quoted_module_and_target_is_there() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    modules = set(re.findall(r"python3? -m ((?:bench|dashboards|flows|hullmark|tasks|tests)[\w.]*)", text))
    targets = set(re.findall(r"(?:`|^\$ )make ([a-z]+)", text, re.MULTILINE))
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert modules
    assert {module for module in modules if find_spec(module) is None} == set()
    assert targets
    assert targets - known == set()
