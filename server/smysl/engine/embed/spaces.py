"""Which space vectors belong to: a digest of everything that decides them, and a probe for what no digest tells.

Ollama does not promise that a model gives the same vectors in its next version, and it does not: 0.24 leaves й, ё and
accents whole and does not cut words at `=` or `<`, versions before and after it do. English code comes out the same and
Russian does not (cosine 0.85). So the vector of a text that has all of these is kept with each space.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from smysl.engine.types import Space, Vector

PROBE = "def проверить_ёлку(чай): # йод, café naïve Ünïcode\n    return чай <= 3 and ё != 'É' | ~x ^ $y + {z: `ы` > 0}"
"""Short, for the shortest input limit; with й, ё, accents, capitals and signs, and code of both alphabets."""


def space_key(*parts: str) -> str:
    """The same for the same parts in the same order, different for any difference."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def probe_bytes(vector: Vector) -> bytes:
    """A vector as `Space.probe` keeps it."""
    return vector.astype("<f4").tobytes()


def settled(space: Space, known: Sequence[Space], measure: Callable[[], Vector | None]) -> Space:
    """`space`, as its model and recipe name it, made one of the `known` spaces if its vectors are the same.

    `space.computed_by` is the version of the server, "" where it is not told. `measure` gives the vector of the probe,
    None where it cannot be had; it is asked only when the version has not been seen with one of the `known` spaces.
    Kin of `space` whose probe disagrees is what an earlier server made: then the key is a new one.
    """
    kin = [one for one in known if one.is_kin_of(space)]
    for one in kin:
        if space.computed_by and space.computed_by == one.computed_by and one.probe:
            return replace(space, key=one.key, probe=one.probe)
    vector = measure()
    if vector is None:  # nothing is known against the space used last; a later call looks again
        return replace(space, key=kin[0].key if kin else space.key, probe=kin[0].probe if kin else b"", computed_by="")
    measured = replace(space, probe=probe_bytes(vector))
    for one in kin:
        if one.agrees_with(measured):
            return replace(measured, key=one.key, probe=one.probe)
    unprobed = next((one for one in kin if not one.probe), None)
    if unprobed is not None:
        return replace(measured, key=unprobed.key)
    if not kin:
        return measured
    return replace(measured, key=space_key(space.key, hashlib.sha256(measured.probe).hexdigest()))
