#!/usr/bin/env python3
"""Whether a random forest sees from vital signs which patients get worse, for one seed and one way to fill gaps.

    forest.py SEED LONGEST_GAP OUTPUT

OUTPUT/hourly.csv has the signs by the hour, LONGEST_GAP hours in a row interpolated at most. OUTPUT/score.csv has the area
under the ROC curve of the forest (five-fold cross-validation), that of the last heart rate alone, and the share of
hours with a value.
"""

import os
import sys
from pathlib import Path

import pandas
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

import signs

PATIENTS = 150
seed, longest_gap, output = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
measured, gets_worse = signs.make(PATIENTS, seed)
table = signs.hourly(measured, longest_gap)
table.to_csv(output / "hourly.csv")

# What is known of a patient: how far each quarter of the second day lies from the first day, sign by sign.
second_day = signs.START + pandas.Timedelta(days=1)
is_first = table.index.get_level_values("time") < second_day
first_day = table[is_first].groupby("patient").mean()
quarters = table[~is_first].groupby(["patient", pandas.Grouper(level="time", freq="6h")]).mean()
features = quarters.sub(first_day, level="patient").unstack("time")

# A forest is the same whatever the number of its threads.
forest = RandomForestClassifier(200, random_state=seed, n_jobs=int(os.environ.get("SAUVA_CPUS", "1")))
folds = StratifiedKFold(5, shuffle=True, random_state=seed)
risk = cross_val_predict(forest, features, gets_worse, cv=folds, method="predict_proba")[:, 1]
last_heart_rate = table["heart_rate"].groupby("patient").last()

score = {
    "auc": roc_auc_score(gets_worse, risk),
    "auc_heart_rate": roc_auc_score(gets_worse, last_heart_rate),
    "share_known": table.notna().to_numpy().mean(),
}
pandas.DataFrame([score]).to_csv(output / "score.csv", index=False)
print(f"seed {seed}, gaps of {longest_gap} h: area {score['auc']:.3f}, by the heart rate alone {score['auc_heart_rate']:.3f}")
