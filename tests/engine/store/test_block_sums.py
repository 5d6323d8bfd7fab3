"""Sums beside a table of vectors whose rows come and go for as long as somebody edits."""

from __future__ import annotations

import numpy as np

from smysl.engine.store.block_sums import BLOCK, BlockSums


def test_blocks_whose_rows_have_gone_take_no_room() -> None:
    sums = BlockSums(4)
    kept = np.full((1, 4), 2.0, dtype=np.float32)
    sums.append(kept)
    for _ in range(20):
        sums.append(np.ones((BLOCK, 4), dtype=np.float32))
        gone = np.arange(1 + BLOCK) > 0
        beside = sums.beside(gone)
        assert beside.tolist() in ([], [0])
        sums.remove(gone, np.repeat(kept, len(beside), axis=0))
    assert sums.total.tolist() == [2.0] * 4
    assert len({id(one) for one in sums._sums}) <= 3
