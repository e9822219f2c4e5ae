"""Fit when the evidence is enough to answer, and store it for the model in use: python -m tests.eval.fit

Positive rows are the project's questions that the library answers, negative rows those it does not. The rule's line is
put where at most 2.5 % of cross-validated positives fall under it without being handed to a person, since a wrong
refusal is what people forgive least.
"""

import json
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bot.coach.evidence import HANDED_OVER, features, reason
from bot.coach.types import Message, Profile
from bot.coach.understand import understand
from bot.wiring import CALIBRATION
from knowledge.index.embedder import Embedder
from knowledge.index.search import Index
from knowledge.library import load
from knowledge.settings import load_settings
from tests.eval.evaluate import read

WRONG_REFUSALS = 0.025


def main() -> None:
    """Fit on the index as it is, print what the rule does on held-out rows, and write it."""
    settings = load_settings()
    library, embedder = load(settings.knowledge_dir), Embedder(settings.embedding_model)
    index = Index(settings.index_dir, embedder)
    positive = [*read("retrieval"), *read("fitting")]
    negative = [*read("out_of_scope"), *read("fitting_outside")]
    rows, handed = [], []
    for row in (*positive, *negative):
        profile = Profile(row.get("stage"), row.get("role"))
        question = understand(Message(row["question"]), profile, library.stages)
        scope = index.scope(question.text)
        rows.append(features(index.search(question.text, 10, question.stage, question.named), scope))
        handed.append(reason(scope) in HANDED_OVER)
    data, known = np.array(rows), np.array([True] * len(positive) + [False] * len(negative))
    plain = known & ~np.array(handed)
    rules = {}
    words_only = data.copy()
    words_only[:, 1:3] = 0.0
    for name, table in ((embedder.fingerprint, data), ("words", words_only)):
        model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0))
        margins = cross_val_predict(model, table, known, cv=10, method="decision_function")
        line = float(np.sort(margins[plain])[int(WRONG_REFUSALS * known.sum())])
        scaler, fitted = model.fit(table, known).steps[0][1], model.steps[1][1]
        weights = fitted.coef_[0] / scaler.scale_
        bias = float(fitted.intercept_[0] - (weights * scaler.mean_).sum() - line)
        rules[name] = {
            "bias": round(bias, 4),
            "weights": [round(float(weight), 4) for weight in weights],
            "usual": round(float(np.median(table[known, 0])), 4),
        }
        under = margins < line
        print(
            f"{name}: wrong refusals {(under & plain).sum() / known.sum():.3f}, wrongly handed over "
            f"{(under & known & ~plain).sum() / known.sum():.3f}, right refusals {under[~known].mean():.3f} (10-fold)"
        )
    if "--dry-run" not in sys.argv:
        CALIBRATION.write_text(json.dumps(rules, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
