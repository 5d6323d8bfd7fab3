"""Smysl: search Python code by meaning, in Russian and English."""

__version__ = "0.1.0"
