"""Whether an External ID that a person made up could be guessed; those that Hullmark makes hold 192 random bits."""

_SHORT = 16
_FEW = 6  # different characters


def weakness(external_id: str, account_id: str) -> str:
    """What is weak about an External ID in words that do not show it ("it is short"), "" when nothing is."""
    if len(external_id) < _SHORT:
        return f"it has fewer than {_SHORT} characters"
    if len(set(external_id)) < _FEW:
        return "it repeats a few characters"
    if external_id.replace(account_id, "").strip("-_:./") == "" or len(external_id.replace(account_id, "")) < _SHORT - 4:
        return "it is little more than the account id"
    return ""
