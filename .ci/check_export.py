"""check_export.py FOLDER EXAMPLE.py: checks an export of adseq from its files alone; EXAMPLE is that of docs/export.md."""
import hashlib
import json
import struct
import subprocess
import sys

import numpy as np
import onnxruntime
import pyarrow.parquet as pq

folder, example = sys.argv[1:3]
manifest = json.load(open(f"{folder}/manifest.json"))
BOUND = 1e-5


def check(what, holds):
    if not holds:
        sys.exit(f"check_export: {what} does not hold")


for file in manifest["files"]:
    content = open(f"{folder}/{file['path']}", "rb").read()
    same = len(content) == file["bytes"] and hashlib.sha256(content).hexdigest() == file["sha256"]
    check(f"the checksum of {file['path']}", same)
for path, rows in manifest["rows"].items():
    check(f"{rows} rows of {path}", pq.read_metadata(f"{folder}/{path}").num_rows == rows)

TYPES = {"float32": np.float32, "int32": np.int32}
for kind, run in manifest["runs"].items():
    tower = run["towers"]["candidate"]
    table = pq.read_table(f"{folder}/tables/{kind}s.parquet").to_pydict()
    session = onnxruntime.InferenceSession(f"{folder}/{tower['file']}")
    inputs = {x["name"]: np.array(table[x["name"]], TYPES[x["type"]]) for x in tower["inputs"]}
    vectors = session.run(None, inputs)[0]
    stored = np.array(pq.read_table(f"{folder}/vectors/{kind}s.parquet")["vector"].to_pylist())
    check(f"that {tower['file']} gives the vectors of {kind}s", np.abs(vectors - stored).max() < BOUND)
    check(f"that {kind}s have vectors of length 1", np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < BOUND)

    # the layout of a safetensors file: the length of a JSON header, the header, the numbers
    content = open(f"{folder}/parameters/{kind}.safetensors", "rb").read()
    size = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + size])
    data = content[8 + size :]
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data[begin:end], {"F32": np.float32, "I32": np.int32}[entry["dtype"]])
        check(f"that {name} is finite and of shape {entry['shape']}", np.isfinite(values.reshape(entry["shape"])).all())

users = pq.read_table(f"{folder}/vectors/users.parquet")["user"].to_pylist()
for user in {users[0], users[len(users) // 2], users[-1]}:
    said = subprocess.run([sys.executable, example, folder, str(user)], check=True, capture_output=True, text=True).stdout
    differences = dict(line.split() for line in said.splitlines())
    check(f"the example of user {user}", set(differences) == {"items", "user"})
    check(f"that the example gives the vectors of user {user}", all(float(x) < BOUND for x in differences.values()))
    print(f"user {user}:", ", ".join(f"{name} within {x}" for name, x in differences.items()))
print(f"{len(manifest['files'])} files of {folder.rsplit('/', 1)[-1]} are as docs/export.md says")
