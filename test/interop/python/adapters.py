"""Writes PEFT adapters over a model folder, and says what PEFT makes of them."""

import re
import warnings

import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from transformers import AutoModelForCausalLM

from compare import load_model, rounding
from models import digest

KINDS = {
    "lora": {"r": 4, "lora_alpha": 16, "target_modules": ["q_proj", "v_proj", "down_proj"]},
    "rslora": {"r": 4, "lora_alpha": 16, "use_rslora": True, "target_modules": "all-linear"},
    "patterns": {
        "r": 4,
        "lora_alpha": 8,
        "target_modules": ["q_proj", "k_proj", "o_proj"],
        "rank_pattern": {"k_proj": 2, r"layers\.1\.self_attn\.q_proj": 8},
        "alpha_pattern": {"^model.layers.0.self_attn.o_proj": 32, "k_proj": 5},
    },
    "saved modules": {
        "r": 4,
        "target_modules": ["q_proj"],
        "modules_to_save": ["input_layernorm", "lm_head"],
    },
    "biases": {"r": 4, "target_modules": ["q_proj", "k_proj"], "lora_bias": True},
    "transposed weights": {"r": 4, "target_modules": ["c_attn", "c_proj"], "fan_in_fan_out": True},
    "embeddings": {"r": 4, "target_modules": ["embed_tokens", "q_proj"]},
}


def write_adapter(base, path, kind, seed):
    """Writes a PEFT adapter of a kind, its factors random: PEFT starts with B = 0, which changes nothing."""
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **KINDS[kind]))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.requires_grad:
                weight.add_(0.02 * torch.randn(weight.shape))
    model.save_pretrained(path)


def load(base, path, dtype=torch.float32):
    """PEFT's model of base and adapter; every tensor of the adapter must have found its place.

    `base_layer` is the weight of an embedding that has factors, which PEFT stores beside them and can do without.
    """
    model = AutoModelForCausalLM.from_pretrained(base, dtype=dtype)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*adapter keys.*")
        loaded = PeftModel.from_pretrained(model, path, autocast_adapter_dtype=False)
    ours = {name for name in load_model(path) if ".base_layer." not in name}
    theirs = get_peft_model_state_dict(loaded, save_embedding_layers=False).keys()
    if ours != theirs:
        raise ValueError(f"PEFT takes other tensors from {path}: {sorted(ours ^ theirs)}")
    return loaded


def merge_adapter(base, path, out):
    """Writes the model that PEFT makes of base and adapter."""
    load(base, path).merge_and_unload(safe_merge=True).save_pretrained(out)


def adapter_logits(base, path):
    """Digest of what a base with an adapter, not merged, says to fixed tokens."""
    tokens = torch.arange(1, 41).unsqueeze(0)
    with torch.no_grad():
        return digest(load(base, path)(tokens).logits.float())


def weights(base):
    """The weights of a base in f64."""
    return {name: weight.double() for name, weight in load_model(base).items()}


def unloaded(peft, start):
    """What PEFT's merge adds to each weight of the base, in f64, where it adds anything."""
    merged = peft.double().merge_and_unload(safe_merge=True).state_dict()
    added = {name: merged[name] - weight for name, weight in start.items()}
    return {name: change for name, change in added.items() if change.any()}


def update(base, path):
    """What an adapter adds to its base, as PEFT computes it in f64."""
    return unloaded(load(base, path, torch.float64), weights(base))


def saved(paths):
    """Names of the weights that adapters replace."""
    names = {name for path in paths for name in load_model(path) if not re.search("lora_|base_layer", name)}
    return {name.removeprefix("base_model.model.") for name in names}


def mixed(base, adapters, coefficients):
    """Σ λᵢΔWᵢ, and per weight how large the terms are: Σ |λᵢ|‖ΔWᵢ‖, or Σ |λᵢ|‖θᵢ‖ of what adapters replace."""
    start, replaced, exact, scale = weights(base), saved(adapters), {}, {}
    for path, coefficient in zip(adapters, coefficients, strict=True):
        for name, change in update(base, path).items():
            term = change + start[name] if name in replaced else change
            exact[name] = exact.get(name, 0) + coefficient * change
            scale[name] = scale.get(name, 0) + abs(coefficient) * term.norm().item()
    for name in replaced:
        scale[name] += start[name].norm().item()
    return exact, scale


def distance(one, other, scale):
    """The largest ‖a − b‖ of a weight in units of 2⁻²³ of its terms: beyond 1 it is no rounding of factors to f32."""
    if one.keys() != other.keys():
        raise ValueError(f"other weights change: {sorted(one.keys() ^ other.keys())}")
    return max((one[name] - other[name]).norm().item() / scale[name] * 2.0**23 for name in one)


def product_error(base, soup, adapters, coefficients):
    """How far the adapter `soup` is from Σ λᵢΔWᵢ, see distance."""
    exact, scale = mixed(base, adapters, coefficients)
    return distance(update(base, soup), exact, scale)


def cat_error(base, soup, adapters, coefficients):
    """How far the adapter `soup` is from what PEFT's own `cat` makes of the adapters, see distance."""
    peft = load(base, adapters[0], torch.float64)
    names = ["default"] + [f"adapter {i}" for i in range(1, len(adapters))]
    for name, path in zip(names[1:], adapters[1:], strict=True):
        peft.load_adapter(path, name, autocast_adapter_dtype=False)
    peft.double().add_weighted_adapter(names, coefficients, "soup", combination_type="cat")
    peft.set_adapter("soup")
    for name in names:
        peft.delete_adapter(name)
    _, scale = mixed(base, adapters, coefficients)
    return distance(update(base, soup), unloaded(peft, weights(base)), scale)


def factor_error(base, soup, adapters, coefficients):
    """How far the adapter `soup` is from the one whose every tensor is Σ λᵢ times the adapters', see distance."""
    peft = load(base, adapters[0], torch.float64)
    tensors = [load_model(path) for path in adapters]
    terms = lambda name: [c * each[name].double() for c, each in zip(coefficients, tensors, strict=True)]  # noqa: E731
    mean = {name: sum(terms(name)) for name in tensors[0]}
    set_peft_model_state_dict(peft, mean)
    _, scale = mixed(base, adapters, coefficients)
    return distance(update(base, soup), unloaded(peft, weights(base)), scale)


def excess(got, exact, rank):
    """How much larger ‖ΔW − got‖ is than with the nearest matrix of a rank, as a factor; rounding aside."""
    sigma = torch.linalg.svdvals(exact)
    best = sigma[rank:].square().sum().sqrt().item()
    floor = 2.0**-21 * sigma.norm().item()  # an error of f32 factors, where the rank is enough for all of it
    return ((got - exact).norm().item() - floor) / max(best, floor)


def truncation_excess(base, soup, adapters, coefficients, rank):
    """How far from optimal an adapter of a rank is as Σ λᵢΔWᵢ: the largest ratio of errors over all matrices."""
    exact, _ = mixed(base, adapters, coefficients)
    got, replaced = update(base, soup), saved(adapters)
    matrices = [name for name in exact if exact[name].dim() == 2 and name not in replaced]
    return max(excess(got[name], exact[name], rank) for name in matrices)


def extraction_error(base, expert, adapter, rank):
    """What an adapter extracted from a fine-tune lacks: the relative error over all weights, and the largest ratio of a
    matrix's error to that of the nearest of its rank."""
    start, tuned = weights(base), weights(expert)
    exact = {name: tuned[name] - weight for name, weight in start.items()}
    got, replaced = update(base, adapter), saved([adapter])
    missing = sum((exact[name] - got.get(name, 0)).square().sum().item() for name in exact)
    total = sum(change.square().sum().item() for change in exact.values())
    matrices = [name for name in got if exact[name].dim() == 2 and name not in replaced]
    ratio = max(excess(got[name], exact[name], rank) for name in matrices)
    return {"error": (missing / total) ** 0.5, "excess": ratio, "matrices": len(matrices)}


def dense_error(soup, base, adapters, coefficients):
    """The largest error of a model as θ₀ + Σ λᵢΔWᵢ in units of what rounding allows; beyond 1 it is no rounding.

    A sum of R products in f32 may be off by (R + 3)·2⁻²⁴ of the sum of their magnitudes, here taken as R times the largest
    of all updates.
    """
    exact, _ = mixed(base, adapters, coefficients)
    start, result = weights(base), load_model(soup)
    ranks = 16 * len(adapters)
    worst = 0.0
    for name, weight in result.items():
        change = exact.get(name, torch.zeros(()))
        expected = start[name] + change
        allowed = rounding(torch.finfo(weight.dtype), expected)
        allowed += 2.0**-24 * (3 * start[name].abs() + ranks * change.abs().max())
        worst = max(worst, ((weight.double() - expected).abs() / allowed).max().item())
    return worst


CALLS = {
    "write_adapter": write_adapter,
    "merge_adapter": merge_adapter,
    "adapter_logits": adapter_logits,
    "product_error": product_error,
    "cat_error": cat_error,
    "factor_error": factor_error,
    "truncation_excess": truncation_excess,
    "extraction_error": extraction_error,
    "dense_error": dense_error,
}
