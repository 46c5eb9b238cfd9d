"""Reads the curves that `adseq export --tensorboard` wrote with TensorBoard's own reader, and holds them against the
records of the runs. check_curves.py CURVES WORKSPACE
"""
import json
import os
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

curves, workspace = sys.argv[1:]
runs = sorted(os.listdir(os.path.join(workspace, "runs")))
assert sorted(os.listdir(curves)) == runs, (os.listdir(curves), runs)
for run in runs:
    with open(os.path.join(workspace, "runs", run, "metrics.jsonl")) as file:
        records = [json.loads(line) for line in file]
    for phase in os.listdir(os.path.join(curves, run)):
        read = EventAccumulator(os.path.join(curves, run, phase), size_guidance={"scalars": 0})
        read.Reload()
        got = [(one.step, one.value) for one in read.Scalars("train/loss")]
        want = [(r["step"], r["loss"]) for r in records if r["type"] == "step" and r["phase"] == phase]
        assert len(want) > 0 and len(got) == len(want), (run, phase, len(got), len(want))
        for (step, value), (expected_step, expected) in zip(got, want):
            assert step == expected_step and abs(value - expected) < 1e-5 * abs(expected), (run, phase, step, value)
        validations = [r for r in records if r["type"] == "validation" and r["phase"] == phase]
        if validations:
            name = next(tag for tag in read.Tags()["scalars"] if tag.endswith(" recall@10"))
            assert len(read.Scalars(name)) == len(validations), (run, phase, name)
print(f"curves: TensorBoard reads those of {len(runs)} runs")
