"""spark_infer.py --export DIR --out DIR [--after SEQ] [--remote sc://HOST:PORT]

What `adseq infer` does, on Spark or on Sail: reads an export of adseq (docs/export.md), builds histories of its events,
encodes users with both user towers, ranks advertisers for each, encodes items and advertisers, and writes the tables
of vectors/ in the same columns to --out. DIR is a path that every worker reads.

--after SEQ encodes only users with an event past that ingest number; the others are taken from the export as they are.
Without --remote a Spark of this machine is started (or the one of SPARK_REMOTE is used). Needs pyspark (or pysail and
pyspark-client), onnxruntime, numpy and pyarrow, where the job is started and on the workers.
"""

import argparse
import json
from collections import Counter

import numpy as np
import onnxruntime
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

DAY = 86_400
RECENT_HALF_LIFE_DAYS = 30
PROFILE = {"item": 192, "category": 128, "advertiser": 48}
TYPES = {"tensor(float)": np.float32, "tensor(int32)": np.int32}
ROWS_AT_A_TIME = 256
VECTORS = {"item": "users", "advertiser": "advertiser-users"}


def tower(path):
    """One thread: a worker has a core, and Spark as many workers as cores."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # a key that is masked out comes out of exp as a denormal number, which is slow wherever it goes
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    return onnxruntime.InferenceSession(path, options)


def run(session, columns):
    """Vectors [rows, width]; columns by name, one row a value or a list."""
    inputs = {x.name: np.asarray(columns[x.name], TYPES[x.type]) for x in session.get_inputs()}
    rows = len(next(iter(inputs.values())))
    blocks = range(0, rows, ROWS_AT_A_TIME)
    parts = [session.run(None, {k: v[at : at + ROWS_AT_A_TIME] for k, v in inputs.items()})[0] for at in blocks]
    return np.concatenate(parts)


class UserModel:
    """A user tower with what its inputs are made of, and the entries that its users are ranked for."""

    def __init__(self, export, kind, as_of):
        manifest = json.load(open(f"{export}/manifest.json"))["runs"][kind]
        self.kind, self.as_of, self.length = kind, as_of, manifest["length"]
        self.session = tower(f"{export}/{manifest['towers']['user']['file']}")
        items = pq.read_table(f"{export}/tables/items.parquet", columns=["categories"])["categories"].to_pylist()
        self.categories = np.array([[0] * len(items[0]), *items], np.int32)
        if kind == "advertiser":
            table = pq.read_table(f"{export}/tables/advertisers.parquet")
            listed = table["listed"].to_numpy() == 1
            vectors = pq.read_table(f"{export}/vectors/advertisers.parquet")["vector"].to_numpy()
            self.rows = table["row"].to_numpy()[listed]
            self.vectors = np.stack(vectors[self.rows - 1])
            self.weights = manifest["weights"] or {"own": 0, "popularity": 0}
            self.bonus = self.weights["popularity"] * table["log_popularity"].to_numpy()[listed]
            self.entry = {row: entry for entry, row in enumerate(self.rows.tolist())}

    def inputs(self, histories):
        """Inputs of the tower, as docs/export.md tells; a history is a dict of arrays in order of time."""
        N, T = len(histories), self.length
        events = {name: np.zeros((N, T), np.int32) for name in ("item", "advertiser", "type", "domain")}
        events |= {name: np.zeros((N, T), np.float32) for name in ("age", "gap")}
        for name, size in PROFILE.items():
            events |= {f"met_{name}{of}": np.zeros((N, size), np.int32) for of in ("", "_times")}
        for n, history in enumerate(histories):
            kept = min(T, len(history["time"]))
            days = history["time"] / DAY
            columns = history | {"age": np.maximum(0, self.as_of / DAY - days), "gap": np.diff(days, prepend=days[0])}
            for name in ("item", "advertiser", "type", "domain", "age", "gap"):
                events[name][n, T - kept :] = columns[name][-kept:]
            met = {"item": history["item"], "advertiser": history["advertiser"]}
            met["category"] = self.categories[history["item"]].ravel()
            for name, size in PROFILE.items():
                top = Counter(met[name][met[name] > 0].tolist()).most_common(size)
                events[f"met_{name}"][n, : len(top)] = [row for row, _ in top]
                events[f"met_{name}_times"][n, : len(top)] = [times for _, times in top]
        return events

    def rank(self, vectors, histories, k):
        """The k best advertisers of each user, and their scores."""
        scores = (vectors @ self.vectors.T).astype(np.float64) + self.bonus
        for n, history in enumerate(histories):
            advertiser, age = history["advertiser"], (self.as_of - history["time"]) / DAY
            own, recent = np.bincount(advertiser), np.bincount(advertiser, 2.0 ** (-age / RECENT_HALF_LIFE_DAYS))
            for row in np.flatnonzero(own):
                if row in self.entry:
                    term = self.weights["own"] * np.log1p(own[row])
                    term += self.weights.get("recent", 0) * np.log1p(recent[row])
                    scores[n, self.entry[row]] += term
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return self.rows[best], np.take_along_axis(scores, best, 1)


def histories_of(batch):
    """The histories of a batch of rows [user, events], each in order of time and ingestion."""
    lists = batch.column("events")
    flat, ends = lists.flatten(), np.cumsum(lists.value_lengths().to_numpy(zero_copy_only=False))
    fields = range(flat.type.num_fields)
    columns = {flat.type.field(i).name: flat.field(i).to_numpy(zero_copy_only=False) for i in fields}
    for begin, end in zip(np.r_[0, ends[:-1]], ends):
        order = begin + np.lexsort((columns["seq"][begin:end], columns["time"][begin:end]))
        yield {name: column[order] for name, column in columns.items()}


def encoder(export, kind, seq, as_of, k):
    """What mapInArrow calls on a worker: rows [user, events] to vectors, of the advertiser model with its lists."""

    def encode(batches):
        model = UserModel(export, kind, as_of)
        for batch in batches:
            for at in range(0, batch.num_rows, ROWS_AT_A_TIME):
                part = batch.slice(at, ROWS_AT_A_TIME)
                histories = list(histories_of(part))
                vectors = run(model.session, model.inputs(histories))
                n = len(histories)
                made = [part.column("user"), pa.array([seq] * n, pa.int64()), pa.array([as_of] * n, pa.int64())]
                made.append(pa.array(vectors.tolist(), pa.list_(pa.float32())))
                if kind == "advertiser":
                    rows, scores = model.rank(vectors, histories, k)
                    made.append(pa.array(rows.tolist(), pa.list_(pa.int32())))
                    made.append(pa.array(scores.tolist(), pa.list_(pa.float32())))
                yield pa.RecordBatch.from_arrays(made, [*COLUMNS, *(LISTS if kind == "advertiser" else {})])

    return encode


COLUMNS = {"user": "int", "seq": "bigint", "as_of": "bigint", "vector": "array<float>"}
LISTS = {"advertisers": "array<int>", "scores": "array<float>"}
schema = lambda columns: ", ".join(f"{name} {type}" for name, type in columns.items())


def candidates_encoder(export, file):
    """Rows of a table of items or advertisers to their vectors."""

    def encode(batches):
        session = tower(f"{export}/{file}")
        for batch in batches:
            vectors = run(session, batch.to_pydict())
            made = [batch.column("row"), batch.column("id"), pa.array(vectors.tolist(), pa.list_(pa.float32()))]
            yield pa.RecordBatch.from_arrays(made, ["row", "id", "vector"])

    return encode


def infer(spark, export, out, after):
    manifest = json.load(open(f"{export}/manifest.json"))
    read = lambda path: spark.read.parquet(f"{export}/{path}")
    write = lambda table, name: table.write.mode("overwrite").parquet(f"{out}/vectors/{name}.parquet")
    events = read("tables/events.parquet")
    seq, as_of = events.agg(F.max("seq"), F.max("time")).first()
    fields = F.struct("time", "seq", "item", "advertiser", "type", "domain")
    grouped = events.groupBy("user").agg(F.max("seq").alias("last"), F.collect_list(fields).alias("events"))
    active = grouped.where(F.col("last") > after).select("user", "events")
    users = read("tables/users.parquet").withColumnRenamed("row", "user")
    for kind, run_of in manifest["runs"].items():
        file = run_of["towers"]["candidate"]["file"]
        entries = read(f"tables/{kind}s.parquet")
        inputs = [x["name"] for x in run_of["towers"]["candidate"]["inputs"] if x["name"] != "row"]
        rows = entries.select("row", "id", *inputs)
        write(rows.mapInArrow(candidates_encoder(export, file), "row int, id string, vector array<float>"), f"{kind}s")

        columns = COLUMNS | (LISTS if kind == "advertiser" else {})
        encode = encoder(export, kind, int(seq), int(as_of), manifest["candidates"])
        work = f"{out}/work/{kind}"
        active.mapInArrow(encode, schema(columns)).write.mode("overwrite").parquet(work)
        made = spark.read.parquet(work).join(users, "user")
        tables = {VECTORS[kind]: ["user", "id", "seq", "as_of", "vector"]}
        if kind == "advertiser":
            tables["candidates"] = ["user", "id", "seq", "advertisers", "scores"]
        for name, wanted in tables.items():
            table = made.select(*wanted)
            if after > 0:
                known = read(f"vectors/{name}.parquet").select(*wanted)
                table = table.union(known.join(made.select("user"), "user", "left_anti").select(*wanted))
            write(table, name)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--export", required=True, help="folder that adseq export wrote")
    parser.add_argument("--out", required=True, help="folder to write vectors/ into")
    parser.add_argument("--after", type=int, default=0, help="encode only users with events past this ingest number")
    parser.add_argument("--remote", help="a Spark Connect server: Sail, or Spark")
    args = parser.parse_args()
    builder = SparkSession.builder.appName("adseq infer")
    spark = (builder.remote(args.remote) if args.remote else builder).getOrCreate()
    infer(spark, args.export, args.out, args.after)
    spark.stop()
