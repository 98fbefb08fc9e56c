"""Spark Vision: a photo goes in, the shop's products that are in it come out.

Importing this package loads none of the heavy libraries; `spark_vision.app.container` wires the services
that do. See `docs/` for the three flows (catalogue, poster, researcher).
"""

__version__ = "0.1.0"
