"""check_spark.py EXPORT OUT: compares what exports/spark_infer.py wrote with what `adseq infer` stored, row for row."""
import sys

import numpy as np
import pyarrow.parquet as pq

export, out = sys.argv[1:3]
BOUND = 1e-5


def check(what, holds):
    if not holds:
        sys.exit(f"check_spark: {what} does not hold")


def rows(folder, name, key):
    return pq.read_table(f"{folder}/vectors/{name}.parquet").sort_by(key)


for name, key in {"items": "row", "advertisers": "row", "users": "user", "advertiser-users": "user"}.items():
    ours, theirs = rows(export, name, key), rows(out, name, key)
    for column in set(ours.column_names) - {"vector"}:
        check(f"that {name} have the same {column}", ours[column].to_pylist() == theirs[column].to_pylist())
    a, b = (np.stack(table["vector"].to_numpy()) for table in (ours, theirs))
    difference = np.abs(a - b).max()
    check(f"that the vectors of {name} are within {BOUND}, they differ by {difference}", difference < BOUND)
    print(f"{name}: {len(a)} rows, vectors within {difference:.1e}")

ours, theirs = rows(export, "candidates", "user"), rows(out, "candidates", "user")
for column in ("user", "id", "seq"):
    check(f"that candidates have the same {column}", ours[column].to_pylist() == theirs[column].to_pylist())
worst, swapped = 0.0, 0
lists = (table[column].to_pylist() for table in (ours, theirs) for column in ("advertisers", "scores"))
for user, (a, x, b, y) in enumerate(zip(*lists), 1):
    check(f"that user {user} has as many candidates", len(a) == len(b))
    worst = max(worst, max((abs(s - t) for s, t in zip(x, y)), default=0))
    # where two scores are equal to the bound, either may be first; else the ids are the same
    of_a, of_b = dict(zip(a, x)), dict(zip(b, y))
    for rank, (one, other) in enumerate(zip(a, b)):
        if one == other:
            continue
        swapped += 1
        tied = all(abs(scores.get(row, x[-1]) - x[rank]) < 2 * BOUND for scores in (of_a, of_b) for row in (one, other))
        check(f"that user {user} has the same advertiser at {rank + 1}", tied)
check(f"that scores are within {BOUND}, they differ by {worst}", worst < BOUND)
print(f"candidates: {len(ours)} rows, scores within {worst:.1e}, {swapped} places exchanged among equal scores")
