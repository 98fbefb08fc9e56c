"""How the bundled model ``spark-mini`` is made: data, losses, schedule, checkpoints, export, figures.

Nothing outside this package needs it at run time, and only ``scripts/train_spark_mini.py`` drives it.
It is one of the two places that import torch (encoding is the other).
"""
