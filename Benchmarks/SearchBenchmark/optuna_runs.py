"""Runs Optuna's samplers on the problems of SearchBenchmark, which evaluates them.

Usage: optuna_runs.py BINARY OUTPUT PARALLEL SEEDS SAMPLER,... problems [suite FOLDER | drawn A B | textbook]

Appends a line a run to OUTPUT: sampler, problem, seed, parallel and the regret after every trial; runs that are there
already are not repeated.
"""
import subprocess
import sys
import warnings

import optuna

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
binary, output, parallel, seeds, names = sys.argv[1:6]
parallel, seeds = int(parallel), int(seeds)
TRIALS = 100
BATCH = 4  # trials end, and others start, in batches of at most so many
SAMPLERS = {
    "optuna-random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    "optuna-tpe": lambda seed: optuna.samplers.TPESampler(seed=seed, constant_liar=parallel > 1),
    "optuna-tpe-mv": lambda seed: optuna.samplers.TPESampler(
        seed=seed, multivariate=True, group=True, constant_liar=parallel > 1
    ),
    "optuna-gp": lambda seed: optuna.samplers.GPSampler(seed=seed),
    "optuna-cmaes": lambda seed: optuna.samplers.CmaEsSampler(seed=seed),
}
process = subprocess.Popen([binary, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)


def ask(*fields):
    process.stdin.write("\t".join(map(str, fields)) + "\n")
    process.stdin.flush()
    return process.stdout.readline().rstrip("\n").split("\t")


problems = {}
answer = ask(*sys.argv[6:])
while answer != [""]:
    problems[answer[0]] = answer[3:]
    answer = process.stdout.readline().rstrip("\n").split("\t")


def suggest(trial, domains):
    values = []
    for index, domain in enumerate(domains):
        kind, *rest = domain.split(" ")
        name = f"p{index}"
        if kind == "choice":
            values.append(trial.suggest_categorical(name, rest))
        elif kind == "int":
            low, high, scale, step = rest
            values.append(trial.suggest_int(name, int(low), int(high), log=scale == "log", step=int(step)))
        else:
            low, high, scale, step = rest
            step = None if step == "-" else float(step)
            values.append(trial.suggest_float(name, float(low), float(high), log=scale == "log", step=step))
    return values


try:
    done = {tuple(line.split("\t")[:4]) for line in open(output)}
except FileNotFoundError:
    done = set()
for seed in range(seeds):
    for name, domains in problems.items():
        for sampler in names.split(","):
            key = (sampler, name, str(seed), str(parallel))
            if key in done:
                continue
            study = optuna.create_study(sampler=SAMPLERS[sampler](seed))
            best, regret, regrets, running = float("inf"), 1.0, [], []
            while len(regrets) < TRIALS:
                free = min(parallel, TRIALS - len(regrets)) - len(running)
                asked = [study.ask() for _ in range(free)]
                running += [(trial, suggest(trial, domains)) for trial in asked]
                ended, running = running[:BATCH], running[BATCH:]
                for trial, values in ended:
                    outcome = ask("value", name, seed, len(regrets), *values)
                    if outcome == ["failed"]:
                        study.tell(trial, state=optuna.trial.TrialState.FAIL)
                    else:
                        reported = float(outcome[0])
                        study.tell(trial, reported)
                        if reported < best:
                            best, regret = reported, float(outcome[1])
                    regrets.append(regret)
            with open(output, "a") as file:
                file.write("\t".join(list(key) + [f"{value:.5g}" for value in regrets]) + "\n")
process.stdin.close()
