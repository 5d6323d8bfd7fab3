"""All benchmarks that need nothing but this machine, one after the other: `make bench`.

    python -m tests.benchmarks [--large]     --large adds a million vectors (6 GB of disk, 8 GB of memory, minutes)

Timings are ratios against a peer or a physical limit in the same run; a busy machine makes them worthless.
"""

from __future__ import annotations

import sys

from tests.benchmarks import ablation, builtin, indexing, responsiveness, vectors, watching


def main() -> None:
    """Run them."""
    sys.stdout.write("# Search quality, words only: what each part of the ranking earns\n")
    ablation.main([])
    sys.stdout.write("\n# The built-in model\n")
    builtin.main([])
    sys.stdout.write("\n# Indexing without a model\n")
    indexing.main([])
    sys.stdout.write("\n# One changed function in a watched workspace\n")
    watching.main([])
    sys.stdout.write("\n# The language server in an editor\n")
    responsiveness.main([])
    sys.stdout.write("\n# Search by vectors\n")
    vectors.main(["10000", "100000", *(["1000000"] if "--large" in sys.argv else [])])


if __name__ == "__main__":
    main()
