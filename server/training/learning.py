"""The training itself: pull a question and its code together, and push all other code of the batch away."""

from __future__ import annotations

import math
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from training.views import Batch, Side


@dataclass(frozen=True, slots=True)
class Recipe:
    """How it is done. lengths: the first so many numbers of a vector have to do alone.

    apart: a word has a second row, for where it is asked, and only questions look for their code. Otherwise a word is
    the same on both sides, and code looks for its question too.
    """

    steps: int = 600
    rate: float = 0.01
    warm_up: int = 30
    scale: float = 20.0
    lengths: tuple[int, ...] = (256, 128, 64)
    threads: int = 2
    apart: bool = True


def learn(
    matrix: NDArray[np.float32],
    batches: Iterable[Batch],
    recipe: Recipe,
    tell: Callable[[int, float], None],
) -> NDArray[np.float32]:
    """`matrix` after the training; `tell` hears of each step and its loss.

    Shape (2, words, dimensions): the rows of words in code, and where they are asked.
    """
    torch.set_num_threads(recipe.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    in_code = torch.nn.Parameter(torch.tensor(matrix[0], device=device))
    asked = torch.nn.Parameter(torch.tensor(matrix[1], device=device)) if recipe.apart else in_code
    rows = [in_code, asked] if recipe.apart else [in_code]
    optimizer = torch.optim.Adam(rows, lr=recipe.rate, betas=(0.9, 0.99), fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, recipe))
    for step, batch in zip(range(recipe.steps), _ahead(batches), strict=False):
        questions, answers = _pooled(asked, batch.questions), _pooled(in_code, batch.answers)
        same = torch.as_tensor(batch.same, device=device)
        loss = torch.stack([_contrast(questions[:, :n], answers[:, :n], same, recipe) for n in recipe.lengths])
        mean = loss.mean()
        optimizer.zero_grad(set_to_none=True)
        mean.backward()
        optimizer.step()
        schedule.step()
        tell(step, float(mean.detach()))
    found: NDArray[np.float32] = torch.stack([in_code, asked]).detach().cpu().numpy()
    return found


def _rate(step: int, recipe: Recipe) -> float:
    if step < recipe.warm_up:
        return (step + 1) / recipe.warm_up
    done = (step - recipe.warm_up) / max(1, recipe.steps - recipe.warm_up)
    return 0.02 + 0.98 * (1 + math.cos(math.pi * done)) / 2


def _pooled(rows: torch.Tensor, side: Side) -> torch.Tensor:
    return functional.embedding_bag(
        torch.as_tensor(side.words, device=rows.device),
        rows,
        torch.as_tensor(side.starts, device=rows.device),
        mode="sum",
        per_sample_weights=torch.as_tensor(side.amounts, device=rows.device),
    )


def _contrast(questions: torch.Tensor, answers: torch.Tensor, same: torch.Tensor, recipe: Recipe) -> torch.Tensor:
    likeness = recipe.scale * functional.normalize(questions, dim=1) @ functional.normalize(answers, dim=1).T
    likeness = likeness.masked_fill(same, -1e4)
    right = torch.arange(len(likeness), device=likeness.device)
    found = functional.cross_entropy(likeness, right)
    if recipe.apart:
        return found
    return (found + functional.cross_entropy(likeness[:, : len(likeness)].T, right)) / 2


def _ahead(batches: Iterable[Batch]) -> Iterable[Batch]:
    """The same batches, made in a thread of their own while the one before is learnt."""
    waiting: queue.Queue[Batch] = queue.Queue(3)
    is_over = threading.Event()

    def make() -> None:
        for batch in batches:
            while not is_over.is_set():
                try:
                    waiting.put(batch, timeout=0.2)
                    break
                except queue.Full:
                    continue
            if is_over.is_set():
                return

    maker = threading.Thread(target=make, daemon=True)
    maker.start()
    try:
        while True:
            yield waiting.get()
    finally:
        is_over.set()
        maker.join(timeout=5)
