"""What a training step sees: pairs of views, texts, and which text is true of which picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from spark_vision.training.categories import Category
from spark_vision.training.folders import SHOP_NAME
from spark_vision.training.packing import Pack
from spark_vision.training.splits import Material
from spark_vision.training.texts import label_texts, product_texts
from spark_vision.training.views import Picture, ViewPlan, make_view

RUN_LENGTH = 48
FASHION, GROCERY, CLOTHING, SHOP = range(4)  # data sets, in the order of the plans' numbers
_DOMAINS = {"grocery": GROCERY, SHOP_NAME: SHOP}


@dataclass(frozen=True)
class Example:
    """One picture to learn from.

    Attributes:
        row: of the picture in the pack.
        group: number of the product, or of the picture itself where the product is not known.
        domain: number of the data set; pictures of one data set are the harder to tell apart.
        texts: numbers of the texts true of it, the most telling first.
        category: number of its category, -1 where none is known.
    """

    row: int
    group: int
    domain: int
    texts: tuple[int, ...]
    category: int = -1


@dataclass(frozen=True)
class Examples:
    """All examples, the texts they refer to, and the rows of each group (iconic picture first)."""

    items: tuple[Example, ...]
    texts: tuple[str, ...]
    rows_of_group: dict[int, tuple[int, ...]]
    scenes: tuple[int, ...]
    categories: tuple[Category, ...] = ()

    def text_table(self) -> torch.Tensor:
        """Numbers of the texts true of each example: int64 of shape (examples, most texts), -1 for none."""
        most = max(len(item.texts) for item in self.items)
        rows = [[*item.texts, *[-1] * (most - len(item.texts))] for item in self.items]
        return torch.tensor(rows)


def truth(table: torch.Tensor, examples: torch.Tensor, texts: torch.Tensor) -> torch.Tensor:
    """Whether each text is true of each example: bool of shape (len(examples), len(texts)).

    Args:
        table: from ``text_table``.
        examples: int64, numbers of examples.
        texts: int64, numbers of texts.
    """
    same: torch.Tensor = table[examples][:, :, None] == texts[None, None, :]
    return same.any(1)


@dataclass(frozen=True)
class Batch:
    """Tensors of one step of n pictures in v views.

    Attributes:
        views: uint8 of shape (vn, side, side, 3), all first views before the second ones; or what the trunk's
            first stages made of them, float16 of shape (vn, channels, height, width).
        groups: int64 of shape (vn,).
        examples: int64 of shape (vn,), numbers of the examples, which say what texts are true.
        texts: int64 of shape (n,), numbers of texts.
    """

    views: torch.Tensor
    groups: torch.Tensor
    examples: torch.Tensor
    texts: torch.Tensor

    def to(self, device: torch.device) -> Batch:
        """The same on another device."""
        return Batch(*(column.to(device) for column in (self.views, self.groups, self.examples, self.texts)))


@dataclass(frozen=True)
class BatchPlan:
    """Size of a batch, views of each picture (1 or 2), chances (0..1), and the seed of them all.

    ``iconic`` and ``sibling``: that the second view of a photo is of its product's catalogue picture,
    or of another photo of the product; otherwise it is of the same photo. ``title``: that the text is
    the most telling one. ``repeats``: how often a picture of each data set is shown in an epoch.
    """

    size: int = 96
    views: int = 2
    repeats: tuple[int, int, int, int] = (1, 1, 1, 1)
    iconic: float = 0.5
    sibling: float = 0.2
    title: float = 0.45
    seed: int = 7


def collect_examples(material: Material, pack: Pack) -> Examples:
    """All pictures of ``material`` with their texts, in a fixed order."""
    text_numbers: dict[str, int] = {}
    texts_of: dict[str, tuple[int, ...]] = {}
    for product in material.products:
        texts_of[product.key] = _numbers(product_texts(product), text_numbers)
    groups = {key: number for number, key in enumerate(texts_of)}
    known: dict[Category, int] = {}
    category_of = {
        product.key: _category(product.category, _domain(product.key), known) for product in material.products
    }
    rows_of_group: dict[int, list[int]] = {}
    items: list[Example] = []
    pictures = [(product.picture, product.key) for product in material.products]
    pictures += [(photo.path, photo.product_key) for photo in material.photos]
    for path, key in pictures:
        row, group = pack.row_of[path], groups[key]
        rows_of_group.setdefault(group, []).append(row)
        items.append(Example(row, group, _domain(key), texts_of[key], category_of[key]))
    for photo in material.labelled:
        row, group = pack.row_of[photo.path], len(rows_of_group)
        rows_of_group[group] = [row]
        category = _category(photo.label, CLOTHING, known)
        texts = _numbers(label_texts(photo.label), text_numbers)
        items.append(Example(row, group, CLOTHING, texts, category))
    scenes = [pack.row_of[photo.path] for photo in material.photos if photo.split == "train"]
    scenes += [pack.row_of[photo.path] for photo in material.labelled]
    frozen = {group: tuple(rows) for group, rows in rows_of_group.items()}
    return Examples(tuple(items), tuple(text_numbers), frozen, tuple(scenes), tuple(known))


def _domain(key: str) -> int:
    return _DOMAINS.get(key.partition("/")[0], FASHION)


def _category(name: str, domain: int, known: dict[Category, int]) -> int:
    return known.setdefault(Category(name, domain), len(known)) if name else -1


def _numbers(texts: Sequence[str], known: dict[str, int]) -> tuple[int, ...]:
    return tuple(known.setdefault(text, len(known)) for text in texts)


def epoch_order(domains: NDArray[np.int64], plan: BatchPlan, epoch: int) -> NDArray[np.int64]:
    """Order of the examples in an epoch: shuffled runs of one data set each.

    A batch then holds one or two data sets, and its negatives are worth telling apart.

    Args:
        domains: int64 of shape (n,), the data set of each example.
        plan: gives the seed and how often pictures are shown.
        epoch: 0-based.

    Returns:
        int64, a permutation of the examples, each repeated as its data set is.
    """
    rng = np.random.default_rng([plan.seed, epoch])
    runs = []
    for domain in np.unique(domains):
        members = rng.permutation(np.repeat(np.flatnonzero(domains == domain), plan.repeats[domain]))
        runs += [members[start : start + RUN_LENGTH] for start in range(0, len(members), RUN_LENGTH)]
    return np.concatenate([runs[i] for i in rng.permutation(len(runs))])


class BatchMaker(Dataset[Batch]):
    """Batch number s of a run, made from the seed and s alone: a resumed run sees the same batches."""

    def __init__(self, examples: Examples, pack: Pack, batch_plan: BatchPlan, view_plan: ViewPlan) -> None:
        """Nothing is read or drawn before a batch is asked for."""
        shown = sum(batch_plan.repeats[item.domain] for item in examples.items)
        self.steps_per_epoch = max(1, shown // batch_plan.size)
        self.examples = examples
        self._pack = pack
        self._plan = batch_plan
        self._look = view_plan
        self._domains = np.array([item.domain for item in examples.items], dtype=np.int64)

    def __getitem__(self, step: int) -> Batch:
        """Make the batch of global step ``step``, 0-based."""
        epoch, place = divmod(step, self.steps_per_epoch)
        order = epoch_order(self._domains, self._plan, epoch)
        chosen = order[place * self._plan.size : (place + 1) * self._plan.size]
        items = [self.examples.items[i] for i in chosen]
        rng = np.random.default_rng([self._plan.seed, 1, step])
        return Batch(
            views=self._see(chosen, step, rng),
            groups=torch.tensor([item.group for item in items] * self._plan.views),
            examples=torch.from_numpy(np.tile(chosen, self._plan.views)),
            texts=torch.tensor([self._text(item, rng) for item in items]),
        )

    def _see(self, chosen: NDArray[np.int64], step: int, rng: np.random.Generator) -> torch.Tensor:
        items = [self.examples.items[i] for i in chosen]
        rows = [item.row for item in items]
        if self._plan.views > 1:
            rows += [self._partner(item, rng) for item in items]
        look = self._look.at_epoch(step / self.steps_per_epoch)
        views = [view_of(row, self.examples, self._pack, look, rng) for row in rows]
        return torch.from_numpy(np.stack(views))

    def _partner(self, item: Example, rng: np.random.Generator) -> int:
        rows = self.examples.rows_of_group[item.group]
        chance = rng.random()
        if chance < self._plan.iconic:
            return rows[0]
        if chance < self._plan.iconic + self._plan.sibling:
            return int(rng.choice(rows))
        return item.row

    def _text(self, item: Example, rng: np.random.Generator) -> int:
        if rng.random() < self._plan.title:
            return item.texts[0]
        return int(rng.choice(item.texts))


def view_of(row: int, examples: Examples, pack: Pack, look: ViewPlan, rng: np.random.Generator) -> Picture:
    """One random view of a packed picture, now and then in front of another's scene: see ``make_view``."""
    scene = None
    if examples.scenes and pack.on_white[row] and rng.random() < look.scene:
        scene = pack.picture(int(rng.choice(examples.scenes)))
    return make_view(pack.picture(row), scene, look, rng)
