"""Changes as text: one case a package manager, and nothing that could be another command."""

import pytest

from hullmark.analysis.dockerfile import Change, rebase_text, upgrade_text

TEXTS = [
    (
        "deb",
        "debian",
        "12",
        "RUN apt-get update && apt-get install -y --only-upgrade a b \\\n    && rm -rf /var/lib/apt/lists/*",
    ),
    ("apk", "alpine", "3.18", "RUN apk upgrade --no-cache a b"),
    ("alpm", "arch", "", "RUN pacman -Syu --noconfirm"),
    ("rpm", "rocky", "9.3", "RUN dnf upgrade -y a b && dnf clean all"),
    ("rpm", "centos", "7", "RUN yum update -y a b && yum clean all"),
    ("rpm", "amzn", "2", "RUN yum update -y a b && yum clean all"),
    ("rpm", "amzn", "2023", "RUN dnf upgrade -y a b && dnf clean all"),
    ("rpm", "azurelinux", "3.0", "RUN tdnf update -y a b && tdnf clean all"),
    ("rpm", "sles", "15.5", "RUN zypper --non-interactive update a b && zypper clean --all"),
    ("pypi", "", "", "a>=1\nb>=2"),
    ("npm", "", "", "npm install a@1 b@2"),
    ("gem", "", "", 'gem "a", ">= 1"\ngem "b", ">= 2"'),
    ("golang", "", "", "go get a@v1 b@v2"),
    ("cargo", "", "", "cargo update -p a --precise 1\ncargo update -p b --precise 2"),
    ("composer", "", "", "composer require a:^1 b:^2"),
    ("nuget", "", "", "dotnet add package a --version 1\ndotnet add package b --version 2"),
    ("unheard-of", "", "", ""),
]


@pytest.mark.parametrize(("kind", "os_id", "version", "text"), TEXTS, ids=lambda value: value if len(value) < 12 else "")
def test_texts(kind: str, os_id: str, version: str, text: str) -> None:
    assert upgrade_text(kind, [("b", "2"), ("a", "1"), ("b", "2")], os_id, version) == Change(text)


def test_maven() -> None:
    text = upgrade_text("maven", [("org.x:y", "1.2")]).text
    assert text == "<dependency><groupId>org.x</groupId><artifactId>y</artifactId><version>1.2</version></dependency>"


HOSTILE = ["a; rm -rf /", "$(id)", "a b", "--pre", "`id`", "a\nRUN id", "", "a" * 300, "é"]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_that_are_commands_are_left_out_and_said(name: str) -> None:
    assert upgrade_text("deb", [(name, "1")]) == Change("", (name,))
    assert upgrade_text("npm", [("a", name), ("b", "1")]) == Change("npm install b@1", ("a",))
    assert rebase_text(name) == Change("", (name,))


def test_a_base() -> None:
    name = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/corp/python-base:3.11.9"
    assert rebase_text(name) == Change(f"FROM {name}")
