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
# # 04 · What confirmations bring
#
# When a poster confirms a suggestion, the region becomes a further view of its product. What do one, two or five confirmed
# views a product bring to photos that are looked up afterwards? Half of the demo shop's `test` photos give the views, the
# other half is looked up; no photo is on both sides.

# %%
# %matplotlib inline
from pathlib import Path

from IPython.display import Markdown, display

from spark_vision.app.settings import Settings
from spark_vision.demo.shop_folder import demo_shop
from spark_vision.evaluation.compare import compare
from spark_vision.evaluation.dataset_run import Plan, open_bench
from spark_vision.evaluation.protocols.few_shot import Labelled, Pooling, few_shot, split_by_photo
from spark_vision.evaluation.report import plots, tables

settings = Settings(index_dir=Path("../out/notebooks/index"))
bench = open_bench(settings, Plan(demo_shop(), split="test"))
run = bench.photos()
labelled = Labelled(bench.dataset.queries, bench.encoded(bench.dataset.queries).embeddings)
confirmed, asked = split_by_photo(labelled.queries, share=0.5, seed=0)
print(f"{len(confirmed)} regions may be confirmed, {len(asked)} are looked up")

# %% [markdown]
# A view can be kept as one more picture, of which the *nearest* counts; or product by product the *mean* of pictures and of views is
# taken, so that no single view decides.

# %%
shots = (0, 1, 2, 5)
sides = (bench.gallery(), labelled.only(confirmed), labelled.only(asked), shots)
answers = {pooling: few_shot(*sides, pooling) for pooling in Pooling}
figures = {
    pooling: {count: run.figures_of(results) for count, results in held.items()}
    for pooling, held in answers.items()
}
for pooling, held in figures.items():
    columns = {f"{count} views": each for count, each in held.items()}
    display(Markdown(tables.values_table(pooling.value, columns, ["recall@1", "recall@5", "mrr"])))

# %%
plots.lines(
    {
        pooling.value: (shots, [held[count]["recall@1"] for count in shots])
        for pooling, held in figures.items()
    },
    "What confirmed views bring",
    ("confirmed views a product, at most", "recall@1"),
)

# %% [markdown]
# Bands are 95 % intervals over photos. Most products are seen a few times only, so that "five" is often fewer; the curve flattens
# where views run out.

# %% [markdown]
# ## Is it more than chance?
#
# The same look-ups with the mean of five views, and with none, paired:

# %%
display(
    Markdown(
        tables.comparison_table(
            compare(answers[Pooling.MEAN][5], answers[Pooling.NEAREST][0], {}),
            "mean of five views",
            "no views",
        )
    )
)

# %% [markdown]
# Where the interval of a difference holds 0, these photos cannot show that views help or harm. A confirmed crop brings its room, its
# light and its neighbours along: it helps photos that are taken in the same way, and it can be nearer to another product's photo
# than that product's own studio picture is. So adding views is something to measure, not to take for granted.
# `docs/quality.md` has the same table on phone photos of groceries.
