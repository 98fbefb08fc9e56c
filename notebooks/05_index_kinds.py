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
# # 05 · Kinds of index: recall against time and memory
#
# The exact index compares a photo with every reference image. Approximate kinds look at some of them, and may miss the
# nearest. Whether they pay depends on the size of the shop: here it is the demo shop, grown to 5,000 reference images by
# made-up neighbours of the real ones.

# %%
# %matplotlib inline
from pathlib import Path

from IPython.display import Markdown, display

from spark_vision.app.settings import Settings
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.evaluation.dataset_run import Plan, open_bench
from spark_vision.evaluation.index_kinds import grown, kinds_plot, kinds_table, measure_kinds

settings = Settings(index_dir=Path("../out/notebooks/index"))
bench = open_bench(settings, Plan(demo_shop(), split="test"))
held = bench.references().references
asked = bench.encoded(bench.dataset.queries).embeddings[:60]
vectors = grown(held, 5_000)
print(f"{len(vectors):,} reference images, {len(asked)} queries, {vectors.shape[1]} dimensions")

# %% [markdown]
# The queries are the embeddings of real photos of the shop. Each kind is built and then asked with its search parameters
# from quick to thorough; recall@10 is the share of the true ten nearest that it finds, ties included.

# %%
figures = list(measure_kinds(vectors, asked, ("flat", "hnsw", "ivf")))
kinds_plot(figures)

# %% [markdown]
# Up and to the left is better. The exact kind has recall 1 by definition; the others buy time with recall.

# %%
display(Markdown(kinds_table(figures)))

# %% [markdown]
# At this size the exact search is quick enough, and an approximate index has little to win: up to 200,000 reference images
# `index build` chooses the exact kind. How the kinds fare at a million is in
# `docs/performance.md`.
