"""Sources that are never trained on, to judge by: what is kept for measuring elsewhere must not choose a recipe."""

from __future__ import annotations

from hashlib import blake2b

_CHOSEN = (
    "git+k1rl3s+aliceio",
    "git+deknowny+vkquick",
    "git+zlexdev+avitoapi",
    "git+wlm1ke+aiomoex",
    "git+l0nelynx+xray-vpn-bot",
    "git+pradushkoai+1c-ai-assistant",
    "pypi+praw",
    "pypi+streamlink",
    "pypi+mitmproxy",
    "pypi+locust",
    "pypi+pymongo",
    "pypi+nox",
    "pypi+spotipy",
    "pypi+mechanicalsoup",
)
"""Chosen for the kinds of code that people search; to them comes every twelfth source, drawn by its name."""

_DRAWN = 12


def is_held_out(key: str) -> bool:
    """Whether the source of that key is one to judge by."""
    drawn = int.from_bytes(blake2b(key.lower().encode(), digest_size=8).digest(), "big") % _DRAWN == 0
    return drawn or key.lower() in _CHOSEN
