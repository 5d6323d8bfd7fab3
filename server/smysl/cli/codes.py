"""The exit codes of the command."""

DONE, MISUSED, FAILED, INTERRUPTED = 0, 2, 3, 130
