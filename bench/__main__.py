"""``python -m bench [NAME ...] [--quick]``: measures and prints. Ratios are to the first, naive way of each table."""

from __future__ import annotations

import argparse

from bench.report import BENCHMARKS


def main() -> None:
    """Run the named benchmarks, or all; nothing is judged, so the exit status is 0 unless one cannot run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Ratios to a naive way, measured in one run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{' or '.join(BENCHMARKS)}; all if none is named")
    parser.add_argument("--quick", action="store_true", help="a size that only shows that everything works")
    args = parser.parse_args()
    if unknown := [name for name in args.names if name not in BENCHMARKS]:
        parser.error(f"no benchmark is called {unknown[0]!r}")
    for name in args.names or BENCHMARKS:
        print(BENCHMARKS[name](quick=args.quick), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
