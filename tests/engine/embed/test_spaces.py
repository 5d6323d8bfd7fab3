"""Which space a model's vectors belong to, decided from values alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from smysl.engine.embed.spaces import probe_bytes, settled
from smysl.engine.types import Space, Vector

ONE = np.array([1, 0, 0, 0], dtype=np.float32)
NEAR = np.array([0.9999, 0.01414, 0, 0], dtype=np.float32)
OTHER = np.array([0.85, 0.52678, 0, 0], dtype=np.float32)
ASKED = Space("key", "bge-m3", 4, digest="d", prompt_version="p", computed_by="0.34.4")


def measured(vector: Vector | None) -> Callable[[], Vector | None]:
    return lambda: vector


def never() -> Vector | None:
    raise AssertionError("the probe was asked for")


def stored(vector: Vector, version: str, key: str = "key") -> Space:
    return replace(ASKED, key=key, probe=probe_bytes(vector), computed_by=version)


def test_the_first_space_of_a_model_keeps_its_probe() -> None:
    assert settled(ASKED, (), measured(ONE)) == stored(ONE, "0.34.4")


def test_a_version_that_was_seen_is_not_asked() -> None:
    assert settled(ASKED, (stored(ONE, "0.34.4"),), never) == stored(ONE, "0.34.4")


def test_another_version_with_the_same_vectors_is_the_same_space_and_the_first_probe_stays() -> None:
    assert settled(ASKED, (stored(ONE, "0.24.0"),), measured(NEAR)) == stored(ONE, "0.34.4")


def test_another_version_with_other_vectors_is_another_space() -> None:
    old = stored(ONE, "0.24.0")
    new = settled(ASKED, (old,), measured(OTHER))
    assert new.key != old.key
    assert new.is_kin_of(old)
    assert not new.agrees_with(old)
    assert new.agreement(old) == pytest.approx(0.85)
    # And each is found again, whichever was used last.
    for known in ((old, new), (new, old)):
        assert settled(ASKED, known, never) == new
        assert settled(replace(ASKED, computed_by="0.35.0"), known, measured(OTHER)).key == new.key
        assert settled(replace(ASKED, computed_by="0.24.1"), known, measured(ONE)).key == old.key


def test_a_server_without_a_version_is_asked_each_time() -> None:
    nameless = replace(ASKED, computed_by="")
    known = (replace(stored(ONE, ""), computed_by=""),)
    assert settled(nameless, known, measured(ONE)).key == "key"
    assert settled(nameless, known, measured(OTHER)).key != "key"


def test_a_probe_that_cannot_be_had_leaves_the_space_and_is_asked_for_again() -> None:
    known = (stored(ONE, "0.24.0"),)
    found = settled(ASKED, known, measured(None))
    assert (found.key, found.probe, found.computed_by) == ("key", known[0].probe, "")
    assert settled(ASKED, (), measured(None)) == replace(ASKED, computed_by="")


def test_a_space_of_before_there_were_probes_is_taken_over() -> None:
    old = replace(ASKED, key="from before", computed_by="")
    assert settled(ASKED, (old,), measured(ONE)) == stored(ONE, "0.34.4", key="from before")


def test_other_models_prompts_and_lengths_are_no_kin() -> None:
    others = (
        replace(stored(ONE, "0.34.4"), digest="other"),
        replace(stored(ONE, "0.34.4"), prompt_version="other"),
        replace(stored(ONE, "0.34.4"), dimensions=2),
    )
    for other in others:
        assert not other.is_kin_of(ASKED)
        assert settled(ASKED, (other,), measured(OTHER)) == stored(OTHER, "0.34.4")
    assert not Space("key", "model", 4).is_kin_of(Space("key", "model", 4))
