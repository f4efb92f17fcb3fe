"""The Streamlit dashboard: contents, cached questions, charts and views."""
