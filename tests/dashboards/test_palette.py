"""Words on chips can be read: the contrast that WCAG asks of small text, with the ink that Streamlit chooses."""

import pytest

from dashboards.palette import DARK, LIGHT, STATES

CHIPS = [
    (theme, name, colour)
    for theme, colours in (("light", LIGHT), ("dark", DARK), ("state", STATES))
    for name, colour in colours.items()
]


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("theme", "name", "colour"), CHIPS, ids=[f"{theme}-{name}" for theme, name, _ in CHIPS])
def test_a_chip_can_be_read(theme: str, name: str, colour: str) -> None:
    shade = luminance(colour)
    contrast = (shade + 0.05) / 0.05 if shade > 0.5 else 1.05 / (shade + 0.05)
    assert contrast >= 4.5, f"{name} in {theme}: {contrast:.1f}"
