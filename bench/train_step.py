"""The item model's training step in PyTorch, for bench/train-step.ts.

Usage: train_step.py INPUT.safetensors VARIANT [cpu|auto]
Reads parameters and one batch from the file, prints the first loss, then answers every line "N" on standard input
with the milliseconds of N training steps, as a JSON array. VARIANT: eager | sdpa | compile (any of them with fused AdamW).
"""
import json
import math
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(2)
torch.set_float32_matmul_precision("highest")

TYPES = {"F32": np.float32, "I32": np.int32}


def read(path):
    with open(path, "rb") as file:
        raw = file.read()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    meta = header.pop("__metadata__")
    arrays = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        flat = np.frombuffer(raw[8 + length + start : 8 + length + end], TYPES[entry["dtype"]])
        arrays[name] = torch.from_numpy(flat.reshape(entry["shape"]).copy())
    return json.loads(meta["config"]), arrays


config, arrays = read(sys.argv[1])
variant = sys.argv[2]
device = "cuda" if sys.argv[3:] == ["auto"] and torch.cuda.is_available() else "cpu"
arrays = {k: v.to(device) for k, v in arrays.items()}
torch.set_default_device(device)
p = {k[6:]: torch.nn.Parameter(v) for k, v in arrays.items() if k.startswith("param/")}
b = {k[5:]: (v.long() if v.dtype == torch.int32 else v) for k, v in arrays.items() if k.startswith("feed/")}
vectors = arrays["items.vectors"]
S, T, R = config["S"], config["T"], config["R"]
D, H, L = config["width"], config["heads"], config["layers"]


def dense(name, x):
    return torch.addmm(p[name + ".bias"], x, p[name + ".weight"])


def norm(name, x):
    return F.layer_norm(x, (D,), p[name + ".gain"], p[name + ".bias"], config["epsilon"])


def mlp(name, x):
    return dense(name + ".output", F.gelu(dense(name + ".hidden", x)))


def bag(table, index):
    return F.embedding(index, p[table]).sum(1)


def unit(x):
    return x * torch.rsqrt(x.square().sum(-1, keepdim=True) + 1e-12)


def users():
    one_hot = lambda name, depth: F.one_hot(b[name], depth).float()
    x = torch.cat(
        [
            F.embedding(b["event.item"], vectors),
            one_hot("event.type", config["types"]),
            one_hot("event.domain", config["domains"]),
            one_hot("event.price", config["prices"]),
            b["event.time"],
            bag("embed.advertiser", b["event.advertiser"]),
            bag("embed.category", b["event.category"]),
        ],
        1,
    )
    x = (dense("token", x).view(S, T, D) + p["embed.position"][-T:]).view(S * T, D)
    mask = b["event.mask"]
    bias = ((1 - mask) * -1e9)[:, None, None, :]
    for l in range(L):
        name = f"layer.{l}"
        q, k, v = [
            t.view(S, T, H, D // H).transpose(1, 2)
            for t in dense(name + ".attention.qkv", norm(name + ".attention.norm", x)).chunk(3, 1)
        ]
        if variant == "sdpa":
            mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        else:
            mixed = torch.softmax(q @ k.transpose(-1, -2) * (1 / math.sqrt(D // H)) + bias, -1) @ v
        x = x + dense(name + ".attention.output", mixed.transpose(1, 2).reshape(S * T, D))
        x = x + dense(name + ".feedforward.output", F.relu(dense(name + ".feedforward.hidden", norm(name + ".feedforward.norm", x))))
    x = norm("final.norm", x).view(S, T, D)
    share = mask / mask.sum(1, keepdim=True).clamp(min=1e-6)
    return unit(mlp("user", torch.bmm(share[:, None, :], x).view(S, D)))


def items():
    title = b["candidate.title"]
    present = (title > 0).float()
    weight = present / present.sum(1, keepdim=True).clamp(min=1)
    x = torch.cat(
        [
            F.embedding(b["candidate.row"], vectors),
            bag("embed.advertiser", b["candidate.advertiser"]),
            bag("embed.category", b["candidate.category"]),
            torch.bmm(weight[:, None, :], F.embedding(title, p["embed.title"])).squeeze(1),
            F.one_hot(b["candidate.price"], config["prices"]).float(),
            b["candidate.popularity"],
        ],
        1,
    )
    return unit(mlp("candidate", x))


own = torch.zeros_like(b["mask"])
own[torch.arange(R), torch.arange(R)] = 1
closed = (torch.maximum(own, b["mask"]) - 1) * 1e9
target = torch.arange(R)


def loss():
    u = users()[b["row.output"]]
    scores = u @ items().t() / p["temperature"].exp() - b["candidate.logq"]
    each = F.cross_entropy(scores + closed, target, reduction="none")
    return (each * b["row.weight"]).sum() / b["row.weight"].sum()


parameters = list(p.values())
decayed = [v for k, v in p.items() if v.dim() > 1]
plain = [v for k, v in p.items() if v.dim() <= 1]
optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}], lr=config["learningRate"], fused=True)
objective = torch.compile(loss) if variant == "compile" else loss


def step():
    optimizer.zero_grad(set_to_none=True)
    value = objective()
    value.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
    optimizer.step()
    return value.item()


name = torch.cuda.get_device_name() if device == "cuda" else "cpu"
print(json.dumps({"loss": step(), "torch": torch.__version__, "device": name}), flush=True)
for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        start = time.perf_counter()
        step()
        times.append((time.perf_counter() - start) * 1e3)
    print(json.dumps(times), flush=True)
