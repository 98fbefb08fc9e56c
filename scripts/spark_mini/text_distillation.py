"""Teaching the small text tower to put texts where the sentence encoder puts their meaning.

The loss is one minus the cosine between student and target (embedding distillation as in Reimers and
Gurevych, *Making Monolingual Sentence Embeddings Multilingual*, EMNLP 2020, whose trick of mapping a
foreign text to the embedding of its English counterpart is used for Italian).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import open_clip
import torch
from torch.nn.functional import cosine_similarity

from spark_vision.training.architecture import text_lengths
from spark_vision.training.checkpoint import RunFiles, load_checkpoint, save_checkpoint
from spark_vision.training.corpus import Corpus
from spark_vision.training.precision import fast_precision
from spark_vision.training.run_log import RunLog
from spark_vision.training.schedule import cosine_with_warmup, set_learning_rates
from spark_vision.training.text_tower import text_hidden, text_tower

LENGTH_BINS = 8
LOG_EVERY = 100


@dataclass(frozen=True)
class DistillationPlan:
    """How long and how fast the text tower learns."""

    steps: int = 1400
    batch_size: int = 512
    learning_rate: float = 1.5e-3
    warmup_steps: int = 100
    weight_decay: float = 0.01
    seed: int = 7
    save_every: int = 500


def distil_text(
    model: open_clip.CLIP,
    corpus: Corpus,
    plan: DistillationPlan,
    files: RunFiles,
    say: Callable[[str], None],
) -> float:
    """Train the text tower in place, resuming from its checkpoint if it is there.

    The model's text projection must have as many columns as the corpus's targets.

    Returns:
        Mean cosine (-1..1) between student and target over the last hundred steps of this call.

    Raises:
        TrainingError: the checkpoint is of another architecture.
    """
    log = RunLog(files.log, say)
    tokens = model_tokens(model, corpus.texts)
    targets = torch.from_numpy(corpus.targets)
    tower = text_tower(model)
    optimizer = torch.optim.AdamW(tower.parameters(), weight_decay=plan.weight_decay, fused=True)
    first_step = load_checkpoint(files.checkpoint, tower, optimizer)
    cosines: list[float] = []
    for step, rows in batches(tokens, plan, first_step):
        share = cosine_with_warmup(step, plan.steps, plan.warmup_steps)
        set_learning_rates(optimizer, [plan.learning_rate], share)
        cosines.append(_one_step(model, optimizer, tokens[rows], targets[rows].float()))
        if (step + 1) % LOG_EVERY == 0:
            log.write({"step": step + 1, "cosine": _mean(cosines[-LOG_EVERY:])})
        if (step + 1) % plan.save_every == 0 or step + 1 == plan.steps:
            save_checkpoint(files.checkpoint, tower, optimizer, step + 1)
    return _mean(cosines[-LOG_EVERY:])


def model_tokens(model: open_clip.CLIP, texts: tuple[str, ...]) -> torch.Tensor:
    """int64 tokens of shape (n, context_length) for this model."""
    tokens: torch.Tensor = open_clip.SimpleTokenizer(context_length=model.context_length)(list(texts))
    return tokens


def batches(
    tokens: torch.Tensor, plan: DistillationPlan, first_step: int
) -> Iterator[tuple[int, torch.Tensor]]:
    """Yield (step, rows) with rows drawn from the seed and the step alone, so that a run resumes.

    The rows of a batch come from one of eight bins of like length, because a batch takes as long as
    its longest text.
    """
    bins = torch.argsort(text_lengths(tokens), stable=True).chunk(LENGTH_BINS)
    for step in range(first_step, plan.steps):
        generator = torch.Generator().manual_seed(plan.seed * 1_000_003 + step)
        rows = bins[int(torch.randint(len(bins), (1,), generator=generator))]
        yield step, rows[torch.randint(len(rows), (plan.batch_size,), generator=generator)]


def _one_step(
    model: open_clip.CLIP,
    optimizer: torch.optim.Optimizer,
    tokens: torch.Tensor,
    targets: torch.Tensor,
) -> float:
    with fast_precision():
        hidden = text_hidden(model, tokens)
    cosine = cosine_similarity(hidden.float() @ model.text_projection, targets).mean()
    optimizer.zero_grad(set_to_none=True)
    (1 - cosine).backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(text_tower(model).parameters(), 1.0)
    optimizer.step()
    return cosine.item()


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")
