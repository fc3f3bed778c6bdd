"""pandas with scipy, and DuckDB, on the predictions in a folder: one name of a task per line of
input, one line of JSON per task: seconds, significant classes, PIEs, and peak memory in MB."""

import glob
import json
import resource
import sys
import time

import duckdb
import numpy
import pandas
import pyarrow.parquet
from scipy import stats

folder = sys.argv[1]
FILES = sorted(glob.glob(f"{folder}/sparsity=*/replicate=*.parquet"))
COLUMNS = ["sparsity", "replicate", "image_id", "true_class", "predicted_class"]


def read():
    tables = [pyarrow.parquet.ParquetFile(file).read(columns=COLUMNS) for file in FILES]
    return pandas.concat([table.to_pandas() for table in tables], ignore_index=True)


def significant_classes(recall, top1):
    """recall: rows (sparsity, replicate), a column per class; top1: by sparsity."""
    total = 0
    dense = recall.loc[0.0].to_numpy() - top1.loc[0.0]
    for sparsity in top1.index[top1.index > 0]:
        pruned = recall.loc[sparsity].to_numpy() - top1.loc[sparsity]
        total += int((stats.ttest_ind(dense, pruned, equal_var=False).pvalue <= 0.05).sum())
    return total


def with_pandas(frame):
    correct = (frame.predicted_class == frame.true_class).astype("float32")
    model = [frame.sparsity, frame.replicate]
    recall = correct.groupby([*model, frame.true_class]).mean().astype("float64").unstack()
    top1 = correct.groupby(frame.sparsity).mean()
    votes = frame.groupby(["sparsity", "image_id", "predicted_class"], sort=False).size()
    votes = votes.reset_index(name="n").sort_values(["n", "predicted_class"])
    modes = votes.drop_duplicates(["sparsity", "image_id"], keep="last")
    modes = modes.pivot(index="image_id", columns="sparsity", values="predicted_class")
    pies = int((modes.drop(columns=0.0).to_numpy() != modes[[0.0]].to_numpy()).sum())
    return significant_classes(recall, top1), pies


def with_duckdb():
    source = f"read_parquet({FILES!r}, hive_partitioning=false)"
    recall = duckdb.sql(
        f"""select sparsity, replicate, true_class,
                   avg((true_class = predicted_class)::int) as recall
            from {source} group by all order by all"""
    ).fetchnumpy()
    models = len(FILES)
    index = pandas.MultiIndex.from_arrays(
        [recall[name].reshape(models, -1)[:, 0] for name in ("sparsity", "replicate")]
    )
    recall = pandas.DataFrame(recall["recall"].reshape(models, -1), index=index)
    # Classes are of equal size here, so that a level's accuracy is its mean recall.
    top1 = recall.mean(axis=1).groupby(level=0).mean()
    pies = duckdb.sql(
        f"""with votes as (select sparsity, image_id, predicted_class, count(*) as n
                           from {source} group by all),
                 modes as (select sparsity, image_id,
                                  max(n * 65536 + predicted_class) % 65536 as mode
                           from votes group by all)
            select count(*) from modes pruned join modes dense using (image_id)
            where dense.sparsity = 0 and pruned.sparsity > 0 and dense.mode <> pruned.mode"""
    ).fetchall()[0][0]
    return significant_classes(recall, top1), pies


frame = None
for task in map(str.strip, sys.stdin):
    if task == "pandas" and frame is None:
        frame = read()
    start = time.perf_counter()
    significant, pies = with_pandas(frame) if task == "pandas" else with_duckdb()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([seconds, significant, pies, peak]), flush=True)
