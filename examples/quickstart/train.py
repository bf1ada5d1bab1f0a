#!/usr/bin/env python3
"""Trains a small neural network to read handwritten digits, with Python's standard library alone.

The network has one hidden layer and is trained by stochastic gradient descent. How well it learns
depends on the learning rate, the size of the hidden layer and the activation function: these are
what optimizationjob.yaml tunes.

By hand:      python3 train.py --learning-rate=0.05 --hidden-units=24 --activation=tanh
As a trial:   the same, and the progress is reported to the server whose address, certificate and
              token Kubeflow Trainer (or `optimizationjob run`) puts into the environment.
"""

import argparse
import gzip
import json
import math
import operator
import os
import random
import ssl
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime, timezone

HERE = os.path.dirname(os.path.abspath(__file__))
CLASSES = 10


def load_digits(path):
    """Returns a list of (pixels, digit): 64 grey values 0...16 a picture, and what it shows."""
    with gzip.open(path, "rt", encoding="ascii") as file:
        rows = [[int(cell) for cell in line.split(",")] for line in file]
    return [(row[:-1], row[-1]) for row in rows]


def split(samples, validation_share, seed):
    """Shuffles and cuts the samples in two; the same seed gives the same halves on every machine."""
    samples = list(samples)
    random.Random(seed).shuffle(samples)
    cut = int(len(samples) * (1 - validation_share))
    return samples[:cut], samples[cut:]


def standardise(training, validation):
    """Gives every pixel mean 0 and variance 1, as measured on the training half alone."""
    columns = list(zip(*(pixels for pixels, _ in training)))
    means = [sum(column) / len(column) for column in columns]
    deviations = [
        math.sqrt(sum((x - mean) ** 2 for x in column) / len(column)) for column, mean in zip(columns, means)
    ]
    # A pixel that is never drawn on says nothing: it is left out.
    kept = [i for i, deviation in enumerate(deviations) if deviation > 1e-9]

    def scale(samples):
        return [([(pixels[i] - means[i]) / deviations[i] for i in kept], label) for pixels, label in samples]

    return scale(training), scale(validation)


def sigmoid(x):
    # Written so that neither branch can overflow.
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


# Each activation, and its slope as a function of its output.
ACTIVATIONS = {
    "sigmoid": (sigmoid, lambda y: y * (1 - y)),
    "tanh": (math.tanh, lambda y: 1 - y * y),
    "relu": (lambda x: x if x > 0 else 0.0, lambda y: 1.0 if y > 0 else 0.0),
}


class Network:
    """64 pixels in, one hidden layer, 10 digits out; trained one picture at a time."""

    def __init__(self, inputs, hidden, activation, seed):
        generator = random.Random(seed)
        self.activation, self.slope = ACTIVATIONS[activation]
        self.hidden = [[generator.gauss(0, 1 / math.sqrt(inputs)) for _ in range(inputs)] for _ in range(hidden)]
        self.hidden_bias = [0.0] * hidden
        self.output = [[generator.gauss(0, 1 / math.sqrt(hidden)) for _ in range(hidden)] for _ in range(CLASSES)]
        self.output_bias = [0.0] * CLASSES

    def forward(self, pixels):
        """Returns the hidden layer's outputs and the probability of each digit."""
        activation = self.activation
        hidden = [
            activation(sum(map(operator.mul, weights, pixels)) + bias)
            for weights, bias in zip(self.hidden, self.hidden_bias)
        ]
        scores = [
            sum(map(operator.mul, weights, hidden)) + bias for weights, bias in zip(self.output, self.output_bias)
        ]
        highest = max(scores)
        powers = [math.exp(score - highest) for score in scores]
        total = sum(powers)
        return hidden, [power / total for power in powers]

    def learn(self, pixels, label, rate):
        """One step down the gradient of the cross entropy of one picture."""
        hidden, probabilities = self.forward(pixels)
        errors = probabilities
        errors[label] -= 1
        back = [0.0] * len(hidden)
        for digit, error in enumerate(errors):
            weights = self.output[digit]
            back = [b + error * w for b, w in zip(back, weights)]
            step = rate * error
            self.output[digit] = [w - step * h for w, h in zip(weights, hidden)]
            self.output_bias[digit] -= step
        for unit, (b, h) in enumerate(zip(back, hidden)):
            step = rate * b * self.slope(h)
            if step:
                self.hidden[unit] = [w - step * x for w, x in zip(self.hidden[unit], pixels)]
                self.hidden_bias[unit] -= step

    def evaluate(self, samples):
        """Returns (share of the pictures that are read correctly, mean cross entropy)."""
        correct, loss = 0, 0.0
        for pixels, label in samples:
            _, probabilities = self.forward(pixels)
            correct += max(range(CLASSES), key=probabilities.__getitem__) == label
            loss -= math.log(max(probabilities[label], 1e-12))
        return correct / len(samples), loss / len(samples)


class Progress:
    """Reports to Kubeflow Trainer's progress server; does nothing when there is none."""

    ATTEMPTS = 5
    TIMEOUT_SECONDS = 5

    def __init__(self, environment=os.environ):
        self.url = environment.get("KUBEFLOW_TRAINER_SERVER_URL")
        self.token_path = environment.get("KUBEFLOW_TRAINER_SERVER_TOKEN")
        self.tls = None
        if self.url and self.url.startswith("https:"):
            # The server's certificate is checked against the authority that came with the trial.
            self.tls = ssl.create_default_context(cafile=environment.get("KUBEFLOW_TRAINER_SERVER_CA_CERT"))

    def report(self, percentage, remaining_seconds, metrics, final=False):
        """Sends one report. A report lost on the way costs the training nothing, but the last one
        carries the result: it is tried again, and if that fails too the error is raised."""
        if not self.url:
            return
        status = {
            "progressPercentage": max(0, min(100, int(percentage))),
            "estimatedRemainingSeconds": max(0, math.ceil(remaining_seconds)),
            "metrics": [{"name": name, "value": format(value, ".6g")} for name, value in metrics.items()],
            "lastUpdatedTime": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        body = json.dumps({"trainerStatus": status}).encode()
        for attempt in range(self.ATTEMPTS if final else 1):
            if attempt:
                time.sleep(0.2 * 2**attempt)
            try:
                return self._post(body)
            except (OSError, ValueError) as error:  # refused, timed out, bad certificate, HTTP error
                failure = error
                print(f"could not report progress: {error}", file=sys.stderr, flush=True)
        if final:
            raise failure

    def _post(self, body):
        request = urllib.request.Request(self.url, data=body, headers={"Content-Type": "application/json"})
        if self.token_path:
            # Read for every report: Kubernetes replaces the token while the training runs.
            with open(self.token_path, encoding="ascii") as file:
                request.add_header("Authorization", "Bearer " + file.read().strip())
        with urllib.request.urlopen(request, timeout=self.TIMEOUT_SECONDS, context=self.tls) as response:
            response.read()


def positive(convert):
    def parse(text):
        value = convert(text)
        if not (math.isfinite(value) and value > 0):
            raise ValueError(text)
        return value

    parse.__name__ = f"positive {convert.__name__}"
    return parse


def parse_arguments():
    parser = argparse.ArgumentParser(description="Train a network that reads handwritten digits.")
    parser.add_argument("--learning-rate", type=positive(float), default=0.01)
    parser.add_argument("--hidden-units", type=positive(int), default=16)
    parser.add_argument("--activation", choices=sorted(ACTIVATIONS), default="tanh")
    parser.add_argument("--epochs", type=positive(int), default=12)
    parser.add_argument("--seed", type=int, default=1, help="of the split, the first weights and the order")
    parser.add_argument("--data", default=os.path.join(HERE, "digits.csv.gz"))
    return parser.parse_args()


def main():
    options = parse_arguments()
    progress = Progress()
    training, validation = standardise(*split(load_digits(options.data), 0.25, options.seed))
    print(f"{len(training)} pictures to learn from, {len(validation)} to check on", flush=True)

    network = Network(len(training[0][0]), options.hidden_units, options.activation, options.seed)
    order = random.Random(options.seed)
    began = time.monotonic()
    for epoch in range(1, options.epochs + 1):
        order.shuffle(training)
        for pixels, label in training:
            network.learn(pixels, label, options.learning_rate)
        accuracy, loss = network.evaluate(validation)
        print(f"epoch={epoch} accuracy={accuracy:.4f} loss={loss:.4f}", flush=True)
        metrics = {"accuracy": accuracy, "loss": loss, "epoch": epoch}
        # Steps so long that the weights overflow end the training: no later epoch can repair them.
        if epoch == options.epochs or not math.isfinite(loss):
            progress.report(100, 0, metrics, final=True)
            break
        remaining = (time.monotonic() - began) / epoch * (options.epochs - epoch)
        progress.report(100 * epoch / options.epochs, remaining, metrics)


if __name__ == "__main__":
    main()
