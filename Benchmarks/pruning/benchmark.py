#!/usr/bin/env python3
"""Measures how much training pruning saves on the quickstart, and what it costs in quality.

    benchmark.py PATH-TO-OPTIMIZATIONJOB [--seeds N]

Runs examples/quickstart/pruning.yaml with and without its pruneAlgorithm for the seeds 1 to N (5), and prints the epochs
trained in each case and the best accuracy found. Epochs, not seconds: they do not depend on what else the machine does.
Both runs of a seed try the same parameters, as random search does not learn. Takes a minute or two a seed.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "quickstart"


def manifest(seed, prunes):
    text = (EXAMPLE / "pruning.yaml").read_text()
    text, seeds = re.subn(r"seed: \d+", f"seed: {seed}", text)
    if not prunes:
        # The block is all that is indented deeper than its first line.
        text, blocks = re.subn(r"^  pruneAlgorithm:\n(?:    .*\n)+", "", text, flags=re.MULTILINE)
        assert blocks == 1, "pruning.yaml has no pruneAlgorithm"
    assert seeds == 1, "pruning.yaml has no seed"
    return text


def run(program, seed, prunes):
    """Returns the epochs trained, the best accuracy and the number of trials stopped."""
    with tempfile.TemporaryDirectory(prefix="pruning-benchmark-") as name:
        folder = pathlib.Path(name)
        (folder / "job.yaml").write_text(manifest(seed, prunes))
        result = subprocess.run(
            [program, "run", folder / "job.yaml", "--context", EXAMPLE, "--output-dir", folder / "runs", "-o", "json",
             "--parallel-trials", "2"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )
        if result.returncode:
            sys.exit(f"the run of seed {seed} failed:\n{result.stderr}")
        status = json.loads(result.stdout)["status"]
        epochs = sum(
            len(re.findall(r"^epoch=", log.read_text(), re.MULTILINE))
            for log in (folder / "runs").glob("*/trials/*/log.txt")
        )
    best = next(float(metric["value"]) for metric in status["result"]["metrics"] if metric["name"] == "accuracy")
    return epochs, best, sum(trial["state"] == "EarlyStopped" for trial in status["trials"])


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program", type=pathlib.Path)
    arguments.add_argument("--seeds", type=int, default=5)
    options = arguments.parse_args()
    program = options.program.resolve()
    print(f"{'seed':>4}{'epochs':>9}{'pruned':>9}{'saved':>8}{'best':>9}{'pruned':>9}{'stopped':>9}")
    totals = [0, 0]
    for seed in range(1, options.seeds + 1):
        whole, best, _ = run(program, seed, False)
        pruned, best_pruned, stopped = run(program, seed, True)
        totals = [totals[0] + whole, totals[1] + pruned]
        print(f"{seed:>4}{whole:>9}{pruned:>9}{1 - pruned / whole:>8.0%}{best:>9.4f}{best_pruned:>9.4f}{stopped:>9}",
              flush=True)
    print(f"{'all':>4}{totals[0]:>9}{totals[1]:>9}{1 - totals[1] / totals[0]:>8.0%}")


if __name__ == "__main__":
    main()
