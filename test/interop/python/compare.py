"""Compares what our tools wrote with what the Python tools read, tensor by tensor."""

import hashlib
import math
from glob import glob
from os.path import isdir

import torch
from safetensors import deserialize, safe_open
from safetensors.torch import load_file, save_file


def load_model(path):
    """Every tensor of a safetensors file, or of all such files of a folder, as the safetensors library loads it."""
    files = sorted(glob(f"{path}/*.safetensors")) if isdir(path) else [path]
    tensors = {}
    for file in files:
        with safe_open(file, "pt") as opened:
            if (opened.metadata() or {}).get("format") != "pt":
                raise ValueError(f"{file} has no metadata format=pt: transformers refuses it")
        tensors.update(load_file(file))
    return tensors


def bits(tensor):
    return tensor.contiguous().flatten().view(torch.uint8)


def differing_tensors(one, other):
    """Names of the tensors that are not the same bit for bit, dtype and shape included."""
    ours, theirs = load_model(one), load_model(other)
    if not ours:
        raise ValueError(f"{one} holds no tensors")
    return sorted(
        name
        for name in ours.keys() | theirs.keys()
        if name not in ours
        or name not in theirs
        or ours[name].dtype != theirs[name].dtype
        or ours[name].shape != theirs[name].shape
        or not torch.equal(bits(ours[name]), bits(theirs[name]))
    )


def raw_tensors(path):
    """[name, dtype, shape, SHA-256 of the bytes] as the safetensors library reads a file, whatever the dtype."""
    with open(path, "rb") as file:
        content = deserialize(file.read())
    return sorted(
        [name, tensor["dtype"], tensor["shape"], hashlib.sha256(bytes(tensor["data"])).hexdigest()]
        for name, tensor in content
    )


def rounding(output, exact):
    """How far an exact number may be off once it is rounded to a dtype: half a unit in its last place."""
    return output.eps / 2 * exact.abs() + output.smallest_normal * output.eps / 2


def soup_error(soup, base, experts, coefficients, head=None):
    """The largest error of a soup in units of what rounding allows; beyond 1 it is no rounding.

    `head` names what lm_head is tied to in a base whose experts untie it.

    The reference is θ₀ + Σ λᵢ (θᵢ − θ₀) in f64. A soup in f32, rounded once to its dtype with unit u, may be off by
    u·|x| + (n + 3)·2⁻²⁴·Σ over all terms of |λᵢ| (|θᵢ| + |θ₀|), and by half the dtype's smallest subnormal.
    """
    ours, reference = load_model(soup), load_model(base)
    tuned = [load_model(path) for path in experts]
    if head is not None:
        reference["lm_head.weight"] = reference[head]
    if ours.keys() != reference.keys():
        raise ValueError(f"{soup} and {base} hold other tensors: {sorted(ours.keys() ^ reference.keys())}")
    worst, changed = 0.0, 0
    for name, result in ours.items():
        start = reference[name].double()
        exact, scale = start.clone(), start.abs()
        for expert, coefficient in zip(tuned, coefficients, strict=True):
            theta = expert[name].double()
            exact += coefficient * (theta - start)
            scale += abs(coefficient) * (theta.abs() + start.abs())
        output = torch.finfo(result.dtype)
        allowed = rounding(output, exact) + (len(experts) + 3) * 2.0**-24 * scale
        error = (result.double() - exact).abs()
        worst = max(worst, (error / allowed).max().item())
        changed += (exact != start).sum().item()
    return {"worst": worst, "changed": changed}


def largest_difference(one, other):
    """The largest |a − b| between two models, relative to the largest magnitude of each tensor."""
    ours, theirs = load_model(one), load_model(other)
    if ours.keys() != theirs.keys():
        raise ValueError(f"tensors differ: {sorted(ours.keys() ^ theirs.keys())}")
    return max(
        ((ours[name].double() - theirs[name].double()).abs().max() / theirs[name].double().abs().max()).item()
        for name in ours
    )


def unequal(one, other):
    """Names of the tensors whose numbers aren't all equal, dtypes included; any NaN is like any other."""
    ours, theirs = load_model(one), load_model(other)
    return sorted(
        name
        for name in ours.keys() | theirs.keys()
        if ours[name].dtype != theirs[name].dtype
        or not torch.equal(ours[name].isnan(), theirs[name].isnan())
        or not torch.equal(ours[name].float().nan_to_num(0.5), theirs[name].float().nan_to_num(0.5))
    )


def write_three(folder, expert, expected):
    """Writes a base of zeros, an expert and what it should become. Returns their paths."""
    paths = [f"{folder}/{name}.safetensors" for name in ("base", "expert", "expected")]
    base = torch.zeros(expert.shape).to(expert.dtype)
    for path, tensor in zip(paths, (base, expert, expected), strict=True):
        save_file({"weight": tensor}, path, metadata={"format": "pt"})
    return paths


def write_codes(folder, dtype):
    """An expert of every bit pattern of a dtype, and the numbers that they stand for to torch."""
    target = getattr(torch, dtype)
    codes = torch.arange(2 ** (8 * target.itemsize), dtype=torch.int32)
    expert = codes.to(torch.uint8 if target.itemsize == 1 else torch.uint16).view(target)
    return write_three(folder, expert, expert.float())


def write_numbers(folder, dtype):
    """An expert in f32 whose numbers reach over the range of a dtype, halfway cases among them, and torch's rounding."""
    target = getattr(torch, dtype)
    range_ = torch.finfo(target)
    generator = torch.Generator().manual_seed(5)
    low, high = math.log2(range_.smallest_normal * range_.eps / 4), math.log2(range_.max * 2)
    powers = torch.exp2(low + (min(high, 127.9) - low) * torch.rand(50_000, generator=generator))
    halves = (1 + (torch.arange(10_000) % 4097) / 4096) * torch.exp2(torch.arange(10_000) % 9 - 4.0)
    special = torch.tensor([0.0, range_.max, float("inf"), float("nan")])
    magnitudes = torch.cat([powers, halves, special])
    if dtype == "float8_e4m3fn":
        magnitudes = magnitudes[~(magnitudes > range_.max)]  # what overflows is the largest number to torch, NaN to us
    expert = torch.cat([magnitudes, -magnitudes])
    return write_three(folder, expert, expert.to(target))


CALLS = {
    "unequal": unequal,
    "write_codes": write_codes,
    "write_numbers": write_numbers,
    "differing_tensors": differing_tensors,
    "raw_tensors": raw_tensors,
    "soup_error": soup_error,
    "largest_difference": largest_difference,
}
