"""The command line: it turns options into calls of the engine, and values into text or JSON."""
