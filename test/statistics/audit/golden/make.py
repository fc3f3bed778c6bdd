"""Golden values of shrunk changes: python make.py writes shrunk.json beside this file.

The variance between classes is statsmodels' (DerSimonian and Laird, method_re="chi2"; made with 0.15.0); the
estimates are the posterior means of the normal model, here by numpy.
"""
import json
import pathlib

import numpy as np
from statsmodels.stats.meta_analysis import combine_effects

rng = np.random.default_rng(1975)
cases = []
for classes, between in [(20, 0.05), (20, 0.0), (100, 0.03), (2, 0.1), (5, 0.3)]:
    variance = rng.uniform(0.0004, 0.02, classes)
    effect = -0.02 + between * rng.standard_normal(classes) + np.sqrt(variance) * rng.standard_normal(classes)
    tau2 = max(0.0, combine_effects(effect, variance, method_re="chi2").tau2)
    weights = 1 / (variance + tau2)
    mean = (weights * effect).sum() / weights.sum()
    shrunk = mean + tau2 / (tau2 + variance) * (effect - mean)
    cases.append(
        {
            "effect": effect.tolist(),
            "variance": variance.tolist(),
            "between": float(tau2),
            "shrunk": shrunk.tolist(),
        }
    )
pathlib.Path(__file__).with_name("shrunk.json").write_text(json.dumps(cases) + "\n")
