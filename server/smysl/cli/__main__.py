"""`python -m smysl.cli` is the `smysl` command."""

from smysl.cli.app import main

main()
