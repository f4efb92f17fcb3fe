"""The dashboard: what its pages are, and the one place where a failure becomes a sentence."""

from pathlib import Path

import streamlit as st

from dashboards.palette import is_dark
from hullmark.errors import HullmarkError
from hullmark.settings import read_settings

ASSETS = Path(__file__).resolve().parent / "assets"


def overview() -> None:
    """Where /overview leads: to /, where Streamlit has the default page alone."""
    st.switch_page("views/overview.py")


PAGES = [
    st.Page("views/overview.py", title="Overview", url_path="start", default=True),  # served at / whatever it is called
    st.Page("views/images.py", title="Images", url_path="images"),
    st.Page("views/bases.py", title="Bases", url_path="bases"),
    st.Page("views/findings.py", title="Findings", url_path="findings"),
    st.Page("views/coverage.py", title="Coverage", url_path="coverage"),
    st.Page("views/history.py", title="History", url_path="history"),
    st.Page("views/fixes.py", title="Fixes", url_path="fixes"),
    st.Page("views/compliance.py", title="Compliance", url_path="compliance"),
    st.Page("views/integrations.py", title="Integrations", url_path="integrations"),
    st.Page(overview, title="Overview", url_path="overview", visibility="hidden"),
    st.Page("views/image.py", title="Image", url_path="image", visibility="hidden"),
    st.Page("views/base.py", title="Base", url_path="base", visibility="hidden"),
    st.Page("views/vulnerability.py", title="Vulnerability", url_path="vulnerability", visibility="hidden"),
]

st.logo(str(ASSETS / ("logo-dark.svg" if is_dark() else "logo-light.svg")), size="large")
# No words of others, ever. Titles and links stand where the text below them begins; small text has a contrast of 4.5, and
# what the keyboard stands on a frame (WCAG 2.2, 1.4.3 and 2.4.7).
st.html("""<style>
.stMainBlockContainer {padding: 4.6rem clamp(1rem, 3vw, 3rem) 3rem}
h1 {padding-top: 0.3rem !important}
h2 {padding: 0.5rem 0 1rem !important}
[data-testid=stCaptionContainer] {opacity: 0.7 !important}
a:focus-visible {outline: 2px solid currentColor !important; outline-offset: 2px}
[data-testid=stMetricValue] * {white-space: normal !important}
.stPageLink a {padding: 0.1rem 0; background: none !important}
.stPageLink a * {white-space: normal}
.stPageLink a:hover * {text-decoration: underline}
@media (max-width: 640px) {  /* two numbers or choices a row, where Streamlit stacks columns; no choice is out of sight */
  .stMain .stHorizontalBlock {row-gap: 1rem}
  [data-testid=stMetricValue] {font-size: 1.4rem !important}
  .stButtonGroup [role=radiogroup] {flex-wrap: wrap; gap: 0.3rem}
  .stButtonGroup [role=radio] {border-width: 1px !important; border-radius: 0.4rem !important; margin: 0 !important}
  .stButtonGroup [role=radio]:not([aria-checked=true]) {
    border-color: color-mix(in srgb, currentColor 20%, transparent) !important
  }
  .stHorizontalBlock:has(> .stColumn :is(.stMetric, .stMultiSelect)) {gap: 0.75rem}
  .stHorizontalBlock:has(> .stColumn :is(.stMetric, .stMultiSelect)) > .stColumn {
    min-width: calc(50% - 0.75rem); flex: 1 1 calc(50% - 0.75rem)
  }
  .stHorizontalBlock > .stColumn.stColumn:has(.stButtonGroup) {min-width: 100%}
  .stHorizontalBlock:has(> .stColumn:nth-child(3) .stText) {gap: 0 0.5rem; padding-bottom: 0.6rem}  /* lines of a test */
  .stHorizontalBlock:has(> .stColumn:nth-child(3) .stText) > .stColumn:nth-child(-n+2) {
    min-width: 0; flex: 0 1 auto; width: auto
  }
}
</style>""")
page = st.navigation(PAGES, position="top")
st.set_page_config(page_title=f"{page.title} · Hullmark", page_icon=str(ASSETS / "mark.svg"), layout="wide")
try:
    page.run()
except HullmarkError as error:
    # Streamlit looks through all modules that are there when it draws for the first time: pages bring a thousand.
    from dashboards.parts import failure

    failure("Hullmark cannot show this page.", error)
except Exception as error:
    from dashboards.parts import failure
    from hullmark.stored.damage import find_damage, may_be_damage

    found = find_damage(read_settings().lake) if may_be_damage(error) else None
    if found is None:
        raise
    failure("Hullmark cannot show this page.", found)
