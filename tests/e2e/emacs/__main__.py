"""Plays the play in Emacs with the set-up of README.md.

python -m tests.e2e.emacs EMACS
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.e2e.scene import finish, readme_blocks, scene

HERE = Path(__file__).parent


def main(program: str) -> None:
    """Run it."""
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.split("\n")[0]
    setup, command = readme_blocks("Emacs", "elisp")
    with scene() as place:
        init = place.write("init.el", setup, command)
        arguments: list[str | Path] = ["--batch", "--no-init-file", "--load", HERE / "before.el", "--load", init]
        finish([place.play(f"{version} with Eglot", [program, *arguments, "--load", HERE / "play.el"])])


if __name__ == "__main__":
    main(sys.argv[1])
