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
# # 03 · Calibration and abstention
#
# A suggestion should say how sure it is, and mean it; and where nothing in the shop fits, silence is better than a wrong product.
# Suggestions get their probabilities from a fit on similarity, lead over the next product, how crowded the neighbourhood is and the size of
# the region (`spark-vision calibrate`). How good is that fit on photos that it has not seen?

# %%
# %matplotlib inline
from pathlib import Path

from IPython.display import Markdown, display

from spark_vision.app.settings import Settings
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.evaluation.calibration_fit import cross_fitted
from spark_vision.evaluation.confidence import risk_coverage
from spark_vision.evaluation.dataset_run import Plan, open_bench
from spark_vision.evaluation.metric_table import confidences, correct
from spark_vision.evaluation.protocols.open_set import draw_products, take_out
from spark_vision.evaluation.report import plots, tables

settings = Settings(index_dir=Path("../out/notebooks/index"))
bench = open_bench(settings, Plan(demo_shop(), split="test"))
plain = bench.photos()

# %% [markdown]
# ## Probabilities, fitted on other photos
#
# Photos are dealt into five folds; each fold's probabilities come from the same fit on the other four. No look-up is
# judged by a fit that saw its photo.

# %%
sure = plain.with_results(cross_fitted(plain.results))
display(
    Markdown(
        tables.figures_table({"similarity": plain, "probability": sure}, ["open_set_auroc", "ece", "aurc"])
    )
)

# %%
plots.reliability_diagram(sure)

# %% [markdown]
# Points on the dashed line mean what they say; below it suggestions promise too much. Large points hold most of the look-ups.

# %% [markdown]
# ## Answering only when sure

# %%
plots.risk_coverage_curves([plain.renamed("similarity"), sure.renamed("probability")])

# %%
for precision in (0.8, 0.9, 0.95):
    kept = risk_coverage(confidences(sure.results), correct(sure.results)).coverage_at(precision)
    print(f"at a precision of {precision:.0%}: {kept:.0%} of the look-ups are answered")

# %% [markdown]
# The curve's left end is what a shop gets that shows only its surest suggestions. Its right end is all look-ups, those of photos
# that show no product among them, for which any answer is wrong.

# %% [markdown]
# ## Products that are not in the catalogue
#
# A third of the products is taken out; photos of them now show nothing that the shop has. Five draws:

# %%
columns = {}
for seed in range(5):
    removed = draw_products(bench.dataset.product_ids, 1 / 3, seed)
    columns[f"draw {seed}"] = plain.figures_of(take_out(plain.results, removed))
display(Markdown(tables.values_table("figure", columns, ["recall@1", "open_set_auroc", "fpr@95"])))

# %% [markdown]
# `open_set_auroc` is the chance that a photo of a held product has a higher first similarity than one of a missing product; `fpr@95`
# the share of missing ones that pass a threshold which lets 95 % of the held ones pass. Twins make this hard: when one mug is
# taken out, its twin in another colour is nearly as similar.
