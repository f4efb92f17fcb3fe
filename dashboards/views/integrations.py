"""Integrations: later."""
import streamlit as st
st.title("Integrations")
