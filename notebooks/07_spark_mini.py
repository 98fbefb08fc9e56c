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
# # 07 · Training and judging spark-mini
#
# How the bundled model was trained is written in `docs/training.md`; here it is looked at from the outside. What is it, how did
# its training go, and what can it do on pictures that it has never seen? Nothing of the demo shop was trained on, but other goods of its
# kinds, rendered alike.

# %%
# %matplotlib inline
from pathlib import Path

from IPython.display import Markdown, display

from spark_vision.app.settings import Settings
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.evaluation.dataset_run import Plan, open_bench
from spark_vision.evaluation.report import plots, tables
from spark_vision.evaluation.robustness import drop
from spark_vision.media.distort import DISTORTIONS

settings = Settings(index_dir=Path("../out/notebooks/index"))
bench = open_bench(settings, Plan(demo_shop(), split="test", model="spark-mini"))
spec = bench.catalogue.encoder.spec
print(
    f"{spec.model}: {spec.dimension} dimensions, pictures of {spec.preprocessing.width} pixels, fingerprint {spec.fingerprint[:12]}"
)

# %% [markdown]
# ## Three questions to the same model
#
# *photos*: crops of rendered photos find their product. *views*: a studio picture finds another picture of its product among
# all pictures. *titles*: a product's title finds it.

# %%
photos, views, titles = bench.photos(), bench.views(), bench.texts()
runs = {"photos": photos, "views": views, "titles": titles}
display(
    Markdown(
        tables.figures_table(runs, ["recall@1", "recall@5", "recall@10", "mrr", "map", "category_accuracy@1"])
    )
)

# %%
plots.recall_curves([each.renamed(name) for name, each in runs.items()])

# %% [markdown]
# The gap between *views* and *photos* is what rooms, light and other things in the picture cost. *titles* are judged strictly: the
# title's own product must be found among 110, near-twins with nearly the same title included.

# %% [markdown]
# ## How much worse are worse photos?
#
# On the 61 look-ups of the split `demo`, which is enough to see large drops.

# %%
few = open_bench(settings, Plan(demo_shop(), split="demo", model="spark-mini"))
as_they_are = few.photos()
rows = [
    row
    for name in ("blurred", "darkened", "JPEG of quality 10")
    for row in drop(
        name, few.photos(DISTORTIONS[name]).results, as_they_are.results, as_they_are.record.resampling
    ).as_rows()
    if row["figure"] == "recall@1"
]
display(Markdown(tables.extra_table(rows)))

# %% [markdown]
# Each row compares the same look-ups before and after. What costs most here is what training should show the model more of.

# %% [markdown]
# ## How the training went
#
# Losses and early figures of the run that finished version 0.3 into 0.4, as `scripts/train_spark_mini.py` drew them. The runs
# before it are not drawn here. The table of held-out figures, with the ImageNet features that
# training starts from, is printed by
# `python scripts/train_spark_mini.py --data ../shared/data --out models/spark-mini --measure`.
#
# ![training curves](../docs/pictures/training-curves.png)
