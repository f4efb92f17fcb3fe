"""Addresses as RFC 3987 has them, for the schemas of others: jsonschema's own check makes each import of it take 1.7 s."""

import re

from jsonschema import Draft7Validator, Draft202012Validator

_CHARACTER = r"(?:%[0-9A-Fa-f]{2}|[^\x00-\x20\x7f-\x9f<>\"{}|\\^`%#\[\]])"
_REFERENCE = re.compile(rf"(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://(?:\[[0-9A-Fa-f:.]+\])?)?{_CHARACTER}*(?:#{_CHARACTER}*)?")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def is_iri_reference(value: object) -> bool:
    """Whether a text is an IRI or a relative reference; what is no text is no business of a format."""
    return not isinstance(value, str) or _REFERENCE.fullmatch(value) is not None


def is_iri(value: object) -> bool:
    """Whether a text is an IRI with its scheme."""
    return not isinstance(value, str) or (is_iri_reference(value) and _IRI.match(value) is not None)


def register() -> None:
    """Make the validators of jsonschema ask these."""
    for validator in (Draft7Validator, Draft202012Validator):
        validator.FORMAT_CHECKER.checks("iri-reference")(is_iri_reference)
        validator.FORMAT_CHECKER.checks("iri")(is_iri)
