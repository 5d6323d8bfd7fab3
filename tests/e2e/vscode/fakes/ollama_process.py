"""The fake Ollama of the engine's tests as a process: prints its address, and ends with its standard input."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[4]))

from tests.engine.embed.fake_ollama import FakeOllama

with FakeOllama(["all-minilm"], pull_step_seconds=0.5) as fake:
    print(fake.host, flush=True)  # noqa: T201 - this is what the process is for
    sys.stdin.read()
