"""Hemeroteca: a news archival crawler."""

__version__ = "0.1.0"
