#!/usr/bin/env python3
"""How well the k nearest neighbours tell malignant from benign, for one k.

    knn.py K OUTPUT

The data are scikit-learn's copy of the Wisconsin breast cancer set: 569 cell images, 30 measures of each. Row i belongs to
fold i mod 10; each fold is told from the other nine, whose means and deviations standardise it. OUTPUT/score.csv has the share
that was told right.
"""

import csv
import sys
from pathlib import Path

import numpy
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import PredefinedSplit, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

k, output = int(sys.argv[1]), Path(sys.argv[2])
measures, is_benign = load_breast_cancer(return_X_y=True)
folds = PredefinedSplit(numpy.arange(len(measures)) % 10)
model = make_pipeline(StandardScaler(), KNeighborsClassifier(n_neighbors=k))
told = cross_val_predict(model, measures, is_benign, cv=folds)
right = int((told == is_benign).sum())

with open(output / "score.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["right", "accuracy"])
    writer.writerow([right, right / len(measures)])
print(f"k {k}: {right} of {len(measures)} right")
