"""`python -m smysl` is the `smysl` command."""

from smysl.entry import main

main()
