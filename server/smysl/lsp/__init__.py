"""The language server: the engine for any editor that speaks the Language Server Protocol (see PROTOCOL.md)."""
