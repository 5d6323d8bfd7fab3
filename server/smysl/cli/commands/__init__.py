"""The commands of `smysl`, one module a group; each is a function of a `Session` and its own options."""
