"""One entry of a bill of materials, SPDX or CycloneDX, before anybody asks what package it is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Component:
    """Texts as the document states them, "" for what it does not; `licence` is one statement or an SPDX expression."""

    name: str
    version: str = ""
    purl: str = ""
    cpe: str = ""
    licence: str = ""
    is_subject: bool = False  # what the document as a whole is about
    may_be_cut: bool = False  # whether the format cannot tell an entry that ends early from a whole one
    kind: str = ""  # as the document classifies it, in lower case: "library", "operating-system", "source" ...
