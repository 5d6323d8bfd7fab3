"""What memory a model could use here: that of the graphics cards, else that of the machine."""

from __future__ import annotations

import importlib
import platform
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import psutil

UNIFIED_SHARE = 0.75
"""How much of a Mac's memory its graphics may use: the default of Metal's recommendedMaxWorkingSetSize."""

_SMI = (
    "nvidia-smi",
    "--query-gpu=name,memory.total,memory.free,driver_version",
    "--format=csv,noheader,nounits",
)
_SMI_SECONDS = 10.0


class Memory(str, Enum):
    """Which memory it is."""

    GPU = "gpu"
    RAM = "ram"


@dataclass(frozen=True, slots=True)
class Card:
    """A graphics card. Sizes in bytes; `free_bytes` is None where it is not told."""

    name: str
    total_bytes: int
    free_bytes: int | None = None
    driver: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where a model would run: `total_bytes` of `memory`, and who says so (`NVML`, `nvidia-smi`, `Metal`, `RAM`).

    `source` is `asked` when a person named the size.
    """

    memory: Memory
    total_bytes: int
    source: str
    cards: tuple[Card, ...] = ()


def this_machine(look: Sequence[Callable[[], Machine | None]] | None = None) -> Machine:
    """The machine this runs on: the first of `look` that finds graphics memory, else its RAM."""
    for found in (one() for one in (look or (nvml, nvidia_smi, metal))):
        if found is not None:
            return found
    return Machine(Memory.RAM, psutil.virtual_memory().total, "RAM")


def with_graphics_memory(total_bytes: int) -> Machine:
    """A machine with a card of that size, as a person asked for."""
    return Machine(Memory.GPU, total_bytes, "asked")


def nvml(load: Callable[[str], Any] = importlib.import_module) -> Machine | None:
    """NVIDIA's cards by NVML, when the package nvidia-ml-py is there and finds a driver; `load` imports it."""
    try:
        library = load("pynvml")
    except ImportError:
        return None
    try:
        library.nvmlInit()
    except library.NVMLError:
        return None
    try:
        driver = _text(library.nvmlSystemGetDriverVersion())
        cards = []
        for index in range(library.nvmlDeviceGetCount()):
            handle = library.nvmlDeviceGetHandleByIndex(index)
            memory = library.nvmlDeviceGetMemoryInfo(handle)
            cards.append(Card(_text(library.nvmlDeviceGetName(handle)), int(memory.total), int(memory.free), driver))
    except library.NVMLError:
        return None
    finally:
        library.nvmlShutdown()
    return _machine_of(cards, "NVML")


def nvidia_smi(run: Callable[[Sequence[str]], str] | None = None) -> Machine | None:
    """NVIDIA's cards by the command that comes with their driver; `run` gives what a command prints."""
    try:
        printed = (run or _printed)(_SMI)
    except (OSError, subprocess.SubprocessError):
        return None
    return _machine_of([card for card in map(_card, printed.splitlines()) if card], "nvidia-smi")


def metal() -> Machine | None:
    """A Mac with Apple's own chip, whose graphics share the memory of the machine."""
    if platform.system() != "Darwin" or platform.machine() != "arm64":
        return None
    return Machine(Memory.GPU, int(psutil.virtual_memory().total * UNIFIED_SHARE), "Metal")


def _machine_of(cards: Sequence[Card], source: str) -> Machine | None:
    if not cards:
        return None
    return Machine(Memory.GPU, sum(card.total_bytes for card in cards), source, tuple(cards))


def _printed(command: Sequence[str]) -> str:
    found = shutil.which(command[0])
    if found is None:
        raise FileNotFoundError(command[0])
    done = subprocess.run([found, *command[1:]], capture_output=True, check=True, timeout=_SMI_SECONDS)
    return done.stdout.decode("utf-8", "replace")


def _card(line: str) -> Card | None:
    """A line of nvidia-smi: name, MiB, MiB, version. A card that hides its memory (`[N/A]`) is none to count on."""
    parts = [part.strip() for part in line.rsplit(",", 3)]
    if len(parts) != 4 or not parts[1].isdigit():
        return None
    free = int(parts[2]) * 2**20 if parts[2].isdigit() else None
    return Card(parts[0], int(parts[1]) * 2**20, free, parts[3])


def _text(value: bytes | str) -> str:
    """Older NVML bindings give bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
