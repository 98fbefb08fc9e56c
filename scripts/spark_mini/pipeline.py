"""The recipe from data folders to a model folder, in pieces that can be stopped and resumed.

data ─▶ split ─┬─▶ packed pictures ─▶ image run ─┐
               └─▶ corpus ─▶ text distillation ──┴─▶ first model ─▶ refined (, finished, words) ─▶ folder
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import open_clip
import torch

from scripts.spark_mini.embedders import PreparedPictures, learner_embedder
from scripts.spark_mini.figures import measure
from scripts.spark_mini.synonym_tuning import WordPlan, tune_synonyms
from scripts.spark_mini.text_distillation import DistillationPlan, distil_text
from spark_vision.training.architecture import Architecture
from spark_vision.training.batches import BatchMaker, BatchPlan, collect_examples
from spark_vision.training.checkpoint import RunFiles
from spark_vision.training.continued_training import TrainingContext, continue_training
from spark_vision.training.corpus import Corpus, CorpusSize, collect_pairs, teach
from spark_vision.training.export import WEIGHTS_NAME, export_model, project_texts
from spark_vision.training.image_tower import (
    ImageLearner,
    load_imagenet_trunk,
    start_projection,
)
from spark_vision.training.image_training import ImageRun
from spark_vision.training.minilm import SENTENCE_DIM, MiniLM
from spark_vision.training.packing import open_pack
from spark_vision.training.plans import ImagePlan
from spark_vision.training.refining import RefinePlan, load_model, view_features
from spark_vision.training.splits import Material, Split, SplitPlan, make_split
from spark_vision.training.text_tower import known_words, set_text_projection, start_from_teacher
from spark_vision.training.texts import label_texts, product_texts
from spark_vision.training.training_texts import TrainingTexts
from spark_vision.training.views import ViewPlan


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what comes out, besides the data."""

    architecture: Architecture = field(default_factory=Architecture)
    split: SplitPlan = field(default_factory=SplitPlan)
    batches: BatchPlan = field(default_factory=BatchPlan)
    views: ViewPlan = field(default_factory=ViewPlan)
    image: ImagePlan = field(default_factory=ImagePlan)
    corpus: CorpusSize = field(default_factory=CorpusSize)
    text: DistillationPlan = field(default_factory=DistillationPlan)
    refine: RefinePlan | None = field(default_factory=RefinePlan)
    finish: RefinePlan | None = None
    words: WordPlan | None = None


@dataclass(frozen=True)
class Places:
    """Folders: the data sets, working files (packs, checkpoints, logs), and the model to write."""

    data: Path
    work: Path
    out: Path


@dataclass(frozen=True)
class PipelineContext:
    """What every piece of the recipe needs at hand."""

    places: Places
    recipe: Recipe
    split: Split
    teacher: MiniLM
    say: Callable[[str], None]

    def files(self, name: str) -> RunFiles:
        """Checkpoint and log of one piece."""
        return RunFiles(self.places.work / f"{name}.pt", self.places.work / f"{name}.jsonl")


def train(
    places: Places,
    recipe: Recipe,
    say: Callable[[str], None],
    start: Path | None = None,
    more: Material | None = None,
) -> None:
    """Train both towers and write the model folder; what checkpoints hold is not done again.

    Args:
        places: folders to read and write.
        recipe: what to train.
        say: told what begins, and each line of the logs.
        start: a model to refine; without, a first one is made from ImageNet weights.
        more: to learn from besides the data sets, such as rendered products.

    Raises:
        TrainingError: data or weights are missing, or a checkpoint belongs to another recipe.
    """
    torch.manual_seed(recipe.image.seed)
    places.work.mkdir(parents=True, exist_ok=True)
    split = make_split(places.data, recipe.split, more)
    shop = PipelineContext(places, recipe, split, MiniLM(), say)
    folder = start or _first_model(shop)
    model = load_model(folder, recipe.architecture)
    for name, plan in (("refine", recipe.refine), ("finish", recipe.finish)):
        if plan is not None:
            say(f"{name}: both towers learn on")
            learn_further(model, shop, name, plan)
    if recipe.words is not None:
        say("words: the text tower learns the word lists")
        files = shop.files("words")
        tune_synonyms(model, material_texts(split), recipe.architecture, recipe.words, files, say)
    export_model(model, recipe.architecture, places.out)
    say(f"wrote {places.out}")


def _first_model(shop: PipelineContext) -> Path:
    """Folder of the model from ImageNet weights and the text teacher, made if it is not there yet."""
    folder = shop.places.work / "first"
    if (folder / WEIGHTS_NAME).exists():
        return folder
    model = shop.recipe.architecture.build()
    shop.say("teaching the image tower")
    learner = train_image_tower(model, shop)
    shop.say("teaching the text tower")
    train_text_tower(model, shop)
    project_texts(model, learner)
    export_model(model, shop.recipe.architecture, folder)
    return folder


def train_image_tower(model: open_clip.CLIP, shop: PipelineContext) -> ImageLearner:
    """Train the image tower in place, from ImageNet weights, and leave the averaged weights in it."""
    recipe = shop.recipe
    load_imagenet_trunk(model)
    learner = ImageLearner(model)
    pack = open_pack(shop.split.material.paths(), shop.places.work)
    examples = collect_examples(shop.split.material, pack)
    files = shop.files("image")
    if not files.checkpoint.exists():
        # On the way the tail's batch statistics move from ImageNet's to our pictures' (Li et al.,
        # "Revisiting Batch Normalization for Practical Domain Adaptation", 2016); then they are frozen.
        learner.tail.train()
        rows = range(len(pack.row_of))
        features = view_features(model, learner, pack, rows, recipe.views, recipe.image.seed)
        start_projection(learner, features)
    batches = BatchMaker(examples, pack, recipe.batches, recipe.views)
    texts = TrainingTexts(torch.from_numpy(shop.teacher.encode(examples.texts)))
    run = ImageRun(model, learner, batches, texts, recipe.image)
    run.train(files, shop.say, _early_figures(model, learner, shop))
    run.use_average()
    return learner


def learn_further(model: open_clip.CLIP, shop: PipelineContext, name: str, plan: RefinePlan) -> None:
    """Let both towers learn on in place, with early figures in the log."""
    desk = TrainingContext(shop.recipe.architecture, shop.teacher, shop.places.work, shop.say, name=name)
    continue_training(
        model, shop.split.material, plan, desk, lambda learner: _early_figures(model, learner, shop)
    )


def _early_figures(
    model: open_clip.CLIP, learner: ImageLearner, shop: PipelineContext
) -> Callable[[], dict[str, float]]:
    prepared = PreparedPictures(shop.recipe.architecture)

    def after_epoch() -> dict[str, float]:
        model.eval()
        embedder = learner_embedder(model, learner, shop.teacher, prepared)
        figures = measure(embedder, shop.split, thorough=False)
        return {name: figure.value for name, figure in figures.items()}

    return after_epoch


def train_text_tower(model: open_clip.CLIP, shop: PipelineContext) -> None:
    """Teach the text tower in place; its projection ends in the teacher's space."""
    files = shop.files("text")
    if files.checkpoint.exists():
        set_text_projection(model, torch.zeros(shop.recipe.architecture.text_width, SENTENCE_DIM))
    else:
        start_from_teacher(model, shop.teacher)
    corpus = open_corpus(shop)
    distil_text(model, corpus, shop.recipe.text, files, shop.say)


def open_corpus(shop: PipelineContext) -> Corpus:
    """The text tower's corpus, as an earlier run left it in the working folder, or made anew."""
    file = shop.places.work / "corpus.npz"
    if file.exists():
        return Corpus.load(file)
    words = known_words(shop.recipe.architecture.tokenizer())
    pairs = collect_pairs(material_texts(shop.split), words, shop.recipe.corpus, shop.recipe.text.seed)
    corpus = teach(pairs, shop.teacher)
    corpus.save(file)
    return corpus


def material_texts(split: Split) -> list[str]:
    """All that is said of what is learnt from, each text once, sorted."""
    texts = {text for product in split.train_products for text in product_texts(product)}
    texts |= {text for photo in split.train_labelled for text in label_texts(photo.label)}
    return sorted(texts)
