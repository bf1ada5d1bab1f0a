"""Tabulates two real tuning tasks once, so that every sampler looks up the same measured errors.

Needs scikit-learn; its `digits` data set comes with it. Run: python3 tabulate.py
"""
import itertools
import warnings

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

warnings.filterwarnings("ignore")
X, y = load_digits(return_X_y=True)
pick = np.random.RandomState(0).permutation(len(X))[:400]
X, y = X[pick], y[pick]


def write(name, grid, model):
    with open(name, "w") as out:
        out.write("\t".join(list(grid) + ["error"]) + "\n")
        for values in itertools.product(*grid.values()):
            score = cross_val_score(model(*values), X, y, cv=3).mean()
            out.write("\t".join([str(v) for v in values] + [f"{1 - score:.4f}"]) + "\n")


write(
    "svm-digits.tsv",
    {
        "kernel": ["rbf", "poly", "sigmoid"],
        "c": list(range(-3, 7)),
        "gamma": list(range(-10, -1)),
    },
    lambda kernel, c, gamma: make_pipeline(StandardScaler(), SVC(kernel=kernel, C=2.0**c, gamma=2.0**gamma)),
)
write(
    "mlp-digits.tsv",
    {
        "activation": ["relu", "tanh"],
        "units": [4, 16, 64],
        "rate": [-4, -3.5, -3, -2.5, -2, -1.5, -1],
        "decay": [-5, -3, -1, 1],
        "batch": [16, 64, 256],
    },
    lambda activation, units, rate, decay, batch: make_pipeline(
        StandardScaler(),
        MLPClassifier(
            (units,), activation=activation, learning_rate_init=10.0**rate, alpha=10.0**decay,
            batch_size=batch, max_iter=10, random_state=0,
        ),
    ),
)
