"""Writes a base and experts of a given size: realistic Llama shapes, bf16, seeded.

Usage: timing_models.py FOLDER BYTES EXPERTS. Prints the paths as JSON, the base first.
"""

import json
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, LlamaConfig

# [hidden, intermediate, heads, key-value heads, vocabulary]: SmolLM 135M, Qwen2.5 0.5B, Llama 3.2 1B, Llama 3.1 8B
SHAPES = (
    (576, 1536, 9, 3, 49152),
    (896, 4864, 14, 2, 151936),
    (2048, 8192, 32, 8, 128256),
    (4096, 14336, 32, 8, 128256),
)
BYTES_PER_WEIGHT = 2
UPDATE = 1e-3  # relative to the weights, as fine-tuning at a small learning rate leaves it


def layer_weights(hidden, intermediate, heads, key_value_heads):
    attention = hidden * hidden * 2 + 2 * hidden * hidden * key_value_heads // heads
    return attention + 3 * hidden * intermediate


def architecture(size):
    """The largest shape that gets at least 12 layers out of `size` bytes, with as many layers as fit."""
    weights = size / BYTES_PER_WEIGHT
    fits = lambda s: (weights - s[4] * s[0]) / layer_weights(*s[:4])  # noqa: E731
    shape = next((s for s in reversed(SHAPES) if fits(s) >= 12), SHAPES[0])
    hidden, intermediate, heads, key_value_heads, vocabulary = shape
    return LlamaConfig(
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_attention_heads=heads,
        num_key_value_heads=key_value_heads,
        num_hidden_layers=max(1, round(fits(shape))),
        vocab_size=vocabulary,
        tie_word_embeddings=True,
        dtype="bfloat16",
    )


def main(folder, size, experts):
    config = architecture(size)
    with torch.device("meta"):
        skeleton = AutoModelForCausalLM.from_config(config)
    config.architectures = [type(skeleton).__name__]
    shapes = {name: w.shape for name, w in skeleton.state_dict().items() if name != "lm_head.weight"}
    torch.manual_seed(1)
    base = {name: (0.02 * torch.randn(shape)).bfloat16() for name, shape in shapes.items()}
    paths = [f"{folder}/base"] + [f"{folder}/expert-{i + 1}" for i in range(experts)]
    for path in paths:
        config.save_pretrained(path)
        tensors = base
        if path != paths[0]:
            move = lambda w: w * (1 + UPDATE * torch.randn(w.shape))  # noqa: E731
            tensors = {name: move(w.float()).bfloat16() for name, w in base.items()}
        save_file(tensors, f"{path}/model.safetensors", metadata={"format": "pt"})
    print(json.dumps(paths))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
