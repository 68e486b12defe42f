"""Writes small real models: Llama architecture, random weights from a seed, a tokenizer trained on the spot."""

import hashlib

import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import AutoModelForCausalLM, GPT2Config, LlamaConfig, PreTrainedTokenizerFast

from compare import load_model

TEXT = "Peers share what they fine-tuned, and anybody mixes the soup that they prefer. " * 4
VOCABULARY = 320


def architecture(tied, biases):
    return LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=64,
        intermediate_size=160,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        attention_bias=biases,
        max_position_embeddings=64,
        bos_token_id=0,
        eos_token_id=0,
        tie_word_embeddings=tied,
    )


def gpt2(tied):
    """Linear weights of GPT-2 are stored as [in, out]."""
    size = {"vocab_size": VOCABULARY, "n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 64}
    return GPT2Config(**size, bos_token_id=0, eos_token_id=0, tie_word_embeddings=tied)


def tokenizer():
    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator([TEXT], vocab_size=VOCABULARY, special_tokens=["<s>"])
    return PreTrainedTokenizerFast(tokenizer_object=trained._tokenizer, bos_token="<s>")


def perturb(model, seed, size):
    """Moves every weight by `size` relative to its tensor's spread, as fine-tuning would."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in model.parameters():
            noise = torch.randn(weight.shape, generator=generator)
            spread = weight.float().square().mean().sqrt().clamp(min=0.02)
            weight.copy_((weight.float() + size * spread * noise).to(weight.dtype))


def untie(tied):
    """The same model with a head of its own."""
    weights = {name: weight.clone() for name, weight in tied.state_dict().items()}
    model = AutoModelForCausalLM.from_config(architecture(False, tied.config.attention_bias)).to(tied.dtype)
    model.load_state_dict(weights)
    return model


def write_models(folder, dtype, tied, experts, biases=True, size=1e-2, max_shard_size="5GB", unties=False, family="llama"):
    """Writes folder/base and folder/expert-1, ... as save_pretrained does; with `unties` the experts untie their head,
    which starts as what it was tied to. Returns their paths.
    """
    paths = []
    for number in range(experts + 1):
        torch.manual_seed(7)
        config = gpt2(tied) if family == "gpt2" else architecture(tied, biases)
        model = AutoModelForCausalLM.from_config(config).to(getattr(torch, dtype))
        perturb(model, 1, 1.0)  # biases and norms start at 0 and 1: let nothing be that regular
        if number > 0:
            if unties:
                model = untie(model)
            perturb(model, 1000 + number, size)
        path = f"{folder}/{'base' if number == 0 else f'expert-{number}'}"
        model.save_pretrained(path, max_shard_size=max_shard_size)
        tokenizer().save_pretrained(path)
        paths.append(path)
    return paths


def digest(values):
    """A short name for numbers: equal exactly when all bits are."""
    if not torch.isfinite(values).all():
        raise ValueError("not all numbers are finite")
    return hashlib.sha256(values.contiguous().numpy().tobytes()).hexdigest()


def logits(path):
    """Digest of what the model in a folder says to a fixed text; it must load without a remark."""
    model, report = AutoModelForCausalLM.from_pretrained(path, dtype="auto", output_loading_info=True)
    remarks = {key: sorted(value) for key, value in report.items() if key != "error_msgs" and value}
    if remarks:
        raise ValueError(f"{path} doesn't load cleanly: {remarks}")
    tokens = tokenizer()(TEXT, return_tensors="pt").input_ids[:, :48]
    with torch.no_grad():
        return digest(model(tokens).logits.float())


def loaded(path):
    return AutoModelForCausalLM.from_pretrained(path, dtype="auto")


def loaded_dtype(path):
    """The dtype that transformers loads a model in by itself, which must be that of every stored weight."""
    dtype = loaded(path).dtype
    stored = {weight.dtype for weight in load_model(path).values()}
    if stored != {dtype}:
        raise ValueError(f"{path} loads as {dtype} and stores {stored}")
    return str(dtype).removeprefix("torch.")


def is_tied(path):
    """Whether the head of a model is its embedding once transformers loaded it."""
    model = loaded(path)
    return model.get_output_embeddings().weight is model.get_input_embeddings().weight


CALLS = {"write_models": write_models, "logits": logits, "loaded_dtype": loaded_dtype, "is_tied": is_tied}
