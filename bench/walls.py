"""What the sandbox costs: signed invocations of a Python echo in tier A, by turns with those in tier C, which has no walls.

python -m bench.walls [--seconds 4] [--rounds 5]
"""

import argparse
import statistics

from bench.invoke import PATH, deploy, portico, signed, wrk

CONNECTIONS = 8


def main() -> None:
    """Measure both in turn and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with portico("--isolation", "A") as walled, portico("--isolation", "C") as without:
        places = [(url + PATH, signed(url, deploy(url))) for url in (walled, without)]
        for url, headers in places:
            wrk(url, headers, 2, CONNECTIONS)
        rounds = []
        for _ in range(options.rounds):
            a, c = (wrk(url, headers, options.seconds, CONNECTIONS) for url, headers in places)
            rounds.append((a.rate, c.rate))
    print(f"tier A: {statistics.median(a for a, _ in rounds):8.0f} requests/s")
    print(f"tier C: {statistics.median(c for _, c in rounds):8.0f} requests/s")
    print(f"ratio:  {statistics.median(a / c for a, c in rounds):8.2f}   (at least 0.95)")


if __name__ == "__main__":
    main()
