"""Small models of every family of open_clip, with seeded random weights."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import open_clip
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast, RobertaConfig

from tests.unit.embedding.tiny_models import ARCHITECTURE, PREPROCESSING

VISION = ARCHITECTURE["vision_cfg"]
TEXT = ARCHITECTURE["text_cfg"]
CORPUS = ["red shoes for men", "a blue chair, two bowls and 50 % off", "Ein Stuhl, 椅子 l'été café"] * 3


def _custom() -> dict[str, Any]:
    return {**ARCHITECTURE, "custom_text": True, "text_cfg": {**TEXT, "no_causal_mask": True}}


def _coca() -> dict[str, Any]:
    pooled = {"attentional_pool": True, "attn_pooler_heads": 2, "output_tokens": True}
    text = {**TEXT, "embed_cls": True, "output_tokens": True}
    decoder = {**TEXT, "attn_pooler_heads": 2}
    return {
        "embed_dim": 32,
        "custom_text": True,
        "vision_cfg": VISION | pooled,
        "text_cfg": text,
        "multimodal_cfg": decoder,
    }


def _siglip() -> dict[str, Any]:
    """SigLIP 2: a timm trunk with attention pooling, a tower that sees the whole text, a bias."""
    trunk = {"timm_model_name": "test_vit", "timm_model_pretrained": False, "image_size": 160}
    text = {"hf_tokenizer_name": "org/tokenizer", "tokenizer_kwargs": {"clean": "canonicalize"}}
    shape = {"no_causal_mask": True, "proj_bias": True, "pool_type": "last", "vocab_size": 300}
    exact = {"norm_kwargs": {"eps": 1e-6}, "act_kwargs": {"approximate": "tanh"}}
    return {
        "embed_dim": 64,
        "custom_text": True,
        "init_logit_bias": -10,
        "vision_cfg": trunk | {"timm_pool": "avg", "timm_proj": "none"},
        "text_cfg": {**TEXT, **text, **shape, **exact},
    }


def _mobile() -> dict[str, Any]:
    trunk = {"timm_model_name": "test_efficientnet", "timm_model_pretrained": False, "image_size": 96}
    return _custom() | {"vision_cfg": trunk | {"timm_pool": "avg", "timm_proj": "linear"}}


def _resnet() -> dict[str, Any]:
    return {**ARCHITECTURE, "vision_cfg": {"image_size": 32, "layers": [1, 1, 1, 1], "width": 8}}


def _hugging_face() -> dict[str, Any]:
    """A RoBERTa text tower, whose configuration `write_family` puts into the folder."""
    text = {"hf_tokenizer_name": "org/text", "hf_pooler_type": "mean_pooler", "hf_proj_type": "mlp"}
    return {"embed_dim": 32, "vision_cfg": VISION, "text_cfg": {**text, "context_length": 16}}


FAMILIES: dict[str, Callable[[], dict[str, Any]]] = {
    "CustomTextCLIP": _custom,
    "CoCa": _coca,
    "SigLIP 2": _siglip,
    "MobileCLIP 2": _mobile,
    "ResNet": _resnet,
    "Hugging Face text tower": _hugging_face,
}


def write_family(folder: Path, family: str, **preprocessing: Any) -> Path:
    """Write a model folder of a family with random weights and, where it needs one, a tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    model_cfg = FAMILIES[family]()
    if "hf_tokenizer_name" in model_cfg["text_cfg"]:
        write_tokenizer(folder)
    if family == "Hugging Face text tower":
        model_cfg["text_cfg"]["hf_model_name"] = str(write_roberta(folder / "text"))
    config = {"model_cfg": model_cfg, "preprocess_cfg": PREPROCESSING | preprocessing}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    torch.manual_seed(0)
    clip = open_clip.create_model(f"local-dir:{folder}", load_weights=False, pretrained_hf=False)
    tensors = {name: tensor.contiguous().clone() for name, tensor in clip.state_dict().items()}
    save_file(tensors, str(folder / "open_clip_model.safetensors"))
    return folder


def write_tokenizer(folder: Path) -> None:
    """Write a small byte-level tokenizer as transformers stores one."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.BpeTrainer(
        vocab_size=300, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    names = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)


def write_roberta(folder: Path) -> Path:
    """Write the configuration of a small RoBERTa."""
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    RobertaConfig(vocab_size=300, max_position_embeddings=40, pad_token_id=1, **shape).save_pretrained(folder)
    return folder
