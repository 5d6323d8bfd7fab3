"""The exit codes of the command. `ILL` is `doctor`'s: something that it looked at does not work."""

DONE, ILL, MISUSED, FAILED, INTERRUPTED = 0, 1, 2, 3, 130
