"""Writes PEFT adapters over a model folder, and says what PEFT makes of them."""

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

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


def load(base, path):
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    return PeftModel.from_pretrained(model, path)


def merge_adapter(base, path, out):
    """Writes the model that PEFT makes of base and adapter."""
    load(base, path).merge_and_unload(safe_merge=True).save_pretrained(out)


def adapter_logits(base, path):
    """Digest of what a base with an adapter, not merged, says to fixed tokens."""
    tokens = torch.arange(1, 41).unsqueeze(0)
    with torch.no_grad():
        return digest(load(base, path)(tokens).logits.float())


CALLS = {"write_adapter": write_adapter, "merge_adapter": merge_adapter, "adapter_logits": adapter_logits}
