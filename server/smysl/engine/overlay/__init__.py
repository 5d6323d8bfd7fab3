"""Unsaved buffers, laid over the stored index: what an editor shows is searched as if it were saved."""

from smysl.engine.overlay.freshness import checked
from smysl.engine.overlay.layered import LayeredReader
from smysl.engine.overlay.overlay import Overlay

__all__ = ["LayeredReader", "Overlay", "checked"]
