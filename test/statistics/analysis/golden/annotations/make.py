"""Golden values of people's answers: python make.py writes annotations.jsonl and expected.json beside this file.

120 images of three sets, three people each, whose answers hang together within an image. Made with statsmodels
0.15.0 and scipy 1.17.1: cluster-robust errors, Wilson's and Newcombe's intervals, Fleiss' kappa, Benjamini and
Hochberg's adjustment and the power of two shares are theirs.
"""
import json
import pathlib

import numpy as np
import statsmodels.api as sm
from scipy import optimize, stats
from statsmodels.stats.inter_rater import fleiss_kappa
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    power_proportions_2indep,
    proportion_confint,
)

FOLDER = pathlib.Path(__file__).parent
SETS = {"pies": 40, "matched": 41, "others": 39}
PEOPLE = ["ada", "bo", "cy"]
# The chance that an image has the attribute, by set; the last but one is never seen.
ATTRIBUTES = {
    "wrong_label": (0.3, 0.25, 0.05),
    "multiple_objects": (0.4, 0.2, 0.2),
    "co_occurring": (0.2, 0.2, 0.2),
    "poor_quality": (0.5, 0.3, 0.1),
    "abstract": (0.1, 0.05, 0.0),
    "atypical": (0.0, 0.0, 0.0),
    "fine_grained": (0.9, 0.6, 0.3),
}
ALPHA = 0.05

rng = np.random.default_rng(85)
rows = []
for s, (name, images) in enumerate(SETS.items()):
    for i in range(images):
        truth = {a: rng.random() < p[s] for a, p in ATTRIBUTES.items()}
        for person in PEOPLE:
            said = {a: bool(has != (rng.random() < (0 if a == "atypical" else 0.12))) for a, has in truth.items()}
            rows.append(
                {
                    "variant": "pruned 0.9", "sparsity": 0.9, "baseline": "dense", "set": name,
                    "image_id": f"{name}/{i}.png", "true_class": i % 10, "baseline_accuracy": 0.5,
                    "person": person, "position": i + 1, **said,
                }
            )
rng.shuffle(rows)
(FOLDER / "annotations.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def of(name, attribute):
    """The answers of a set, and the images they are about."""
    chosen = [row for row in rows if row["set"] == name]
    return np.array([row[attribute] for row in chosen], float), np.array([row["image_id"] for row in chosen])


def per_image(name, attribute):
    answers, images = of(name, attribute)
    return np.array([answers[images == image].mean() for image in sorted(set(images))])


def effective(name, attribute):
    """Share, and the independent answers that would be as precise; for the normal quantile."""
    answers, images = of(name, attribute)
    n = len(set(images))
    fit = sm.OLS(answers, np.ones(len(answers))).fit(cov_type="cluster", cov_kwds={"groups": images})
    share, error = float(fit.params[0]), float(fit.bse[0])
    count = n if share in (0, 1) else min(len(answers), share * (1 - share) / error**2)
    quantiles = stats.norm.isf(ALPHA / 2) / stats.t.isf(ALPHA / 2, n - 1)
    return share, count * quantiles**2


shares = []
for name in SETS:
    tests = []
    for attribute in ATTRIBUTES:
        share, nobs = effective(name, attribute)
        low, high = proportion_confint(share * nobs, nobs, ALPHA, "wilson")
        row = {"set": name, "attribute": attribute, "share": share, "share_low": low, "share_high": high}
        if name != "pies":
            pies, pies_nobs = effective("pies", attribute)
            row["difference"] = pies - share
            row["difference_low"], row["difference_high"] = confint_proportions_2indep(
                pies * pies_nobs, pies_nobs, share * nobs, nobs, compare="diff", method="newcomb", alpha=ALPHA
            )
            a, b = per_image("pies", attribute), per_image(name, attribute)
            constant = a.std() == 0 and b.std() == 0
            row["p_value"] = None if constant else float(stats.ttest_ind(a, b, equal_var=False).pvalue)
            tests.append(row)
        shares.append(row)
    tested = [row for row in tests if row["p_value"] is not None]
    if tested:
        for row, p in zip(tested, multipletests([row["p_value"] for row in tested], method="fdr_bh")[1]):
            row["p_adjusted"] = float(p)

agreement = []
for attribute in ATTRIBUTES:
    yes = np.concatenate([per_image(name, attribute) for name in SETS]) * len(PEOPLE)
    table = np.stack([yes, len(PEOPLE) - yes], 1).round()
    if yes.sum() == 0:
        agreement.append({"attribute": attribute, "kappa": None})
        continue
    kappa, n = fleiss_kappa(table), len(table)
    without = np.array([fleiss_kappa(np.delete(table, i, 0)) for i in range(n)])
    half = stats.t.isf(ALPHA / 2, n - 1) * np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    agreement.append({"attribute": attribute, "kappa": kappa, "kappa_low": kappa - half, "kappa_high": kappa + half})

power = []
for images, people, kappa, share in [(150, 3, 0.5, 0.05), (150, 3, 0.5, 0.3), (150, 3, 0, 0.1), (30, 1, 0.2, 0.1), (600, 10, 1, 0.2)]:
    nobs = images // 3 * people / (1 + (people - 1) * kappa)
    excess = lambda diff: power_proportions_2indep(diff, share, nobs, return_results=False) - 0.8
    power.append(
        {
            "options": {"images": images, "people": people, "kappa": kappa, "shares": [share]},
            "detectable_difference": optimize.brentq(excess, 1e-9, 1 - share - 1e-9, xtol=1e-12),
        }
    )

golden = {"shares": shares, "agreement": agreement, "power": power}
(FOLDER / "expected.json").write_text(json.dumps(golden, indent=1) + "\n")
