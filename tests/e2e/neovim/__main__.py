"""Plays the same play in each Neovim, with each set-up of README.md that is meant for it.

python -m tests.e2e.neovim NVIM...
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.e2e.scene import finish, readme_blocks, scene

HERE = Path(__file__).parent


def main(programs: list[str]) -> None:
    """Run every play."""
    newest, older, command = readme_blocks("Neovim", "lua")
    oldest = (HERE / "oldest.lua").read_text("utf-8")
    results = []
    for program in programs:
        version = version_of(program)
        setups = {
            "vim.lsp.config": newest if version >= (0, 11) else None,
            "vim.lsp.start": older if version >= (0, 8) else None,
            "vim.lsp.start_client": oldest if version < (0, 8) else None,
        }
        for name, setup in setups.items():
            if setup is None:
                continue
            with scene() as place:
                init = place.write("init.lua", setup, command)
                arguments: list[str | Path] = [
                    "--headless",
                    "-i",
                    "NONE",
                    "-n",
                    "-u",
                    init,
                    "-c",
                    f"luafile {HERE / 'play.lua'}",
                ]
                title = f"Neovim {'.'.join(map(str, version))} with {name}"
                results.append(place.play(title, [program, *arguments]))
    finish(results)


def version_of(program: str) -> tuple[int, ...]:
    """As it says itself."""
    told = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    found = re.match(r"NVIM v(\d+)\.(\d+)\.(\d+)", told)
    if found is None:
        raise SystemExit(f"{program} does not say its version: {told[:80]}")
    return tuple(map(int, found.groups()))


if __name__ == "__main__":
    main(sys.argv[1:])
