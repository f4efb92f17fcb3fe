"""Packages x affected -> findings, in SQL."""
