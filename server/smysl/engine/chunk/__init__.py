"""Source text -> chunks: functions, methods, classes and modules. Pure; never raises on broken code."""

from smysl.engine.chunk.chunker import ChunkedFile, chunk_source
from smysl.engine.chunk.tests_rule import is_test_path

__all__ = ["ChunkedFile", "chunk_source", "is_test_path"]
