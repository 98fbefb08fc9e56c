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
# # 02 · Comparing two models or indexes on the same photos
#
# Which of two models is better, and could the difference be chance? Here `spark-mini` is held against `fake`, the encoder
# without weights that ships for tests: it knows coarse colours and nothing else. Whatever it finds, colour alone finds.

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
mini = open_bench(settings, Plan(demo_shop(), split="test", model="spark-mini"))
colours = open_bench(settings, Plan(demo_shop(), split="test", model="fake"))
first, second = mini.photos(), colours.photos()

# %% [markdown]
# ## Beside each other

# %%
plots.recall_curves([first, second])

# %%
plots.risk_coverage_curves([first, second])

# %% [markdown]
# On the left side of the second plot only the surest look-ups are answered. A curve that starts low and stays low belongs
# to a model whose similarity says when it is right.

# %% [markdown]
# ## Paired: the same look-ups, one by one
#
# The interval is of the difference, by drawing photos and taking both models' answers to them; `p` is the share of random
# swaps of the two models, photo by photo, that give a difference as large. Comparing two separate intervals by eye would
# be much weaker.

# %%
found = first.against(second)
display(Markdown(tables.comparison_table(found, first.name, second.name)))

# %% [markdown]
# ## A small difference needs pairing
#
# The same model on the same photos, twice: as they are, and darkened to about a third of their brightness.

# %%
dark = drop("darkened", mini.photos(DISTORTIONS["darkened"]).results, first.results, first.record.resampling)
display(Markdown(tables.extra_table(dark.as_rows())))

# %% [markdown]
# Where the interval of the difference holds 0, these photos do not show that dark ones are worse, however the two
# figures look. Two runs that were saved (`evaluate --save RUN`) are compared in the same way by `evaluate --against RUN`.
