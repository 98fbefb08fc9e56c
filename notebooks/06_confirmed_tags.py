# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 06 · The shop's own confirmed tags
#
# A shop's best test set is what its posters confirmed. It needs care: a poster's photos resemble each other in more than the
# products, and what was confirmed later must not help with what was asked before. Here the demo shop's `test` photos are posted and
# tagged by four made-up accounts, through the same use cases as the service; with a real shop, leave out the rehearsal and
# point `Settings` at its store.

# %%
# %matplotlib inline
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

from IPython.display import Markdown, display

from spark_vision.app.settings import Settings
from spark_vision.app.store import build_tagging_context, migrate_store, open_store
from spark_vision.demo.seed_posts import seed_from_dataset
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.evaluation.compare import compare
from spark_vision.evaluation.dataset_run import Plan, bench_on
from spark_vision.evaluation.datasets import read_dataset
from spark_vision.evaluation.protocols.few_shot import Labelled, few_shot
from spark_vision.evaluation.report import plots, tables
from spark_vision.evaluation.store_dataset import TagSource, confirmed_dataset

settings = Settings(index_dir=Path("../out/notebooks/index"), data_dir=Path(mkdtemp()))
store = open_store(settings)
migrate_store(settings, store)
room = build_tagging_context(settings, store)
posts = seed_from_dataset(
    room, read_dataset(demo_shop()).only("test"), posters=4, start=datetime(2026, 1, 1, tzinfo=UTC)
)
print(f"{posts} posts")

# %% [markdown]
# ## Split by poster and by time
#
# Half of the posters are judged, on what they confirmed in the later half; learned from is only what the others confirmed before. What
# is neither is left out: that is the price of having no leaks.

# %%
source = TagSource(store, lambda photo: room.files.read(photo, photo.width), Path("../out/notebooks/photos"))
dataset, split = confirmed_dataset(source, demo_shop() / "catalogue.csv")
print(
    f"{len(split.learned)} tags to learn from, {len(split.judged)} to judge with, {split.left_out} in neither"
)

# %%
bench = bench_on(settings, dataset.only("judged"), Plan(demo_shop()))
run = bench.photos()
display(
    Markdown(
        tables.figures_table(
            {"judged tags": run}, ["recall@1", "recall@5", "recall@10", "mrr", "category_accuracy@1"]
        )
    )
)

# %% [markdown]
# ## What the earlier tags of others bring to later photos

# %%
learned = dataset.only("learned").queries
judged = Labelled(bench.dataset.queries, bench.encoded(bench.dataset.queries).embeddings)
shots = (0, 1, 2, 5)
answers = few_shot(bench.gallery(), Labelled(learned, bench.encoded(learned).embeddings), judged, shots)
figures = {count: run.figures_of(results) for count, results in answers.items()}
plots.lines(
    {name: (shots, [figures[count][name] for count in shots]) for name in ("recall@1", "recall@5")},
    "Later photos of other posters",
    ("confirmed views a product, at most", "share of look-ups"),
)

# %%
display(Markdown(tables.comparison_table(compare(answers[5], answers[0], {}), "with views", "without")))

# %% [markdown]
# Bands and intervals are 95 %, over photos. With so few tags they are wide: what looks like a gain or a loss is one only where
# the interval of the difference leaves 0 out. A shop with thousands of tags gets narrow ones from the same lines.
