"""`python -m smysl.cli` is the `smysl` command."""

from smysl.cli.entry import main

main()
