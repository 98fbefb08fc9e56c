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
# # 01 · A first look at match quality
#
# The demo shop's `test` photos are looked up in its own catalogue: 266 look-ups in 112 rendered photos, each a crop
# at a true box or the whole of a photo that shows no product. How often is the right product suggested?

# %%
# %matplotlib inline
from pathlib import Path

from IPython.display import Markdown, display

from spark_vision.app.settings import Settings
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.evaluation.dataset_run import Plan, open_bench
from spark_vision.evaluation.report import plots, tables
from spark_vision.evaluation.report.gallery import failure_plot
from spark_vision.evaluation.slices import slices

settings = Settings(index_dir=Path("../out/notebooks/index"))
bench = open_bench(settings, Plan(demo_shop(), split="test"))
run = bench.photos()

# %% [markdown]
# ## The figures
#
# Each has a 95 % interval, by bootstrap over photos. `recall@k` asks whether a right product is among the first k;
# `open_set_auroc` how well the first similarity tells photos with a product of the shop from photos without one.

# %%
display(Markdown(tables.figures_table({run.name: run})))

# %% [markdown]
# ## How many suggestions should a poster see?

# %%
plots.recall_curves([run])

# %% [markdown]
# The curve rises steeply up to about five suggestions and hardly after ten: five is what `suggest` shows.

# %% [markdown]
# ## Where is it good, and where not?

# %%
found = slices(run)
plots.slice_bars([each for each in found if each.by == "category"])

# %%
display(Markdown(tables.slices_table(each for each in found if each.by != "category")))

# %% [markdown]
# Intervals of small slices are wide: a category of eight look-ups cannot be told from another one. Read the slices as
# hints where to look, not as results.

# %% [markdown]
# ## What do mistakes look like?
#
# The wrong answers of which the model was surest: what was looked at, the first three suggestions (green: right), and
# the right product on the far right.

# %%
failure_plot(run, most=5)

# %% [markdown]
# Most of them are the same thing in another colour, or another thing of the same shape: near-twins, which the shop has on
# purpose. `spark-vision evaluate ... --save RUN` and `spark-vision report RUN --html OUT` make a page with all of this.
