"""How close an index build comes to what the machine could do.

    python scripts/benchmark_build.py ../shared/data/fashion [--model spark-mini] [--pictures 2000]

The bound is 1 / (model seconds a picture with all cores + decoding CPU-seconds a picture / cores): the
model and the decoder share the cores, so no order of work is faster. Both parts and the build are
measured in one run, on the same pictures, with a fresh cache. Model loading is in none of them.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spark_vision.catalogue.read import Source, open_source
from spark_vision.core.ids import content_digest
from spark_vision.core.product import FeedIssue, FeedRow
from spark_vision.embedding.encoder import Encoder
from spark_vision.embedding.load import load_encoder
from spark_vision.index.build import BuildInput, build_version
from spark_vision.index.encode import OVERSAMPLING
from spark_vision.index.versions import VersionStore
from spark_vision.media.decode import decode

_SAMPLE = 1024


def main() -> None:
    options = _options()
    source, encoder = open_source(options.source), load_encoder(options.model)
    rows = list(islice(source.rows(), options.pictures))
    prepared, decode_seconds = _decoding(source, rows, encoder)
    forward_seconds = _forward(encoder, prepared)
    cores = len(os.sched_getaffinity(0))
    bound = 1 / (forward_seconds + decode_seconds / cores)
    pictures, seconds = _build(source, rows, encoder)
    print(f"model            {encoder.spec.model}, {cores} cores, batches of {encoder.batch_size}")
    print(f"decoding         {decode_seconds * 1e3:8.2f} ms of CPU a picture (read, digest, decode, resize)")
    print(f"model            {forward_seconds * 1e3:8.2f} ms a picture with all cores")
    print(f"bound            {bound:8.1f} pictures/s")
    for step, took in seconds.items():
        print(f"  {step:14} {took:8.2f} s")
    total = sum(seconds.values())
    print(f"build            {pictures / total:8.1f} pictures/s ({pictures:,} pictures in {total:.1f} s)")
    print(f"ratio to bound   {pictures / total / bound:8.3f}")
    print(f"peak memory      {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", help="a feed or a folder of pictures")
    parser.add_argument("--model", default="spark-mini")
    parser.add_argument("--pictures", type=int, default=None, help="only the first so many products")
    return parser.parse_args()


def _decoding(
    source: Source, rows: list[FeedRow | FeedIssue], encoder: Encoder
) -> tuple[NDArray[np.uint8], float]:
    """Prepared pictures of a sample, and CPU-seconds each, on one thread."""
    pictures, wanted = source.pictures(), encoder.spec.preprocessing
    at_least = OVERSAMPLING * max(wanted.height, wanted.width)
    images = list(islice(_images(rows), _SAMPLE))
    prepared = []
    start = time.process_time()
    for image in images:
        data = pictures.read(image)
        content_digest(data)
        prepared.append(encoder.prepare(decode(data, at_least=at_least)))
    return np.stack(prepared), (time.process_time() - start) / len(images)


def _images(rows: list[FeedRow | FeedIssue]) -> Iterator[str]:
    for row in rows:
        if isinstance(row, FeedRow):
            yield from row.product.images


def _forward(encoder: Encoder, prepared: NDArray[np.uint8]) -> float:
    """Seconds a picture in full batches; the best of three rounds, so that the bound is a bound."""
    size = encoder.batch_size
    batches = [prepared[at : at + size] for at in range(0, len(prepared) - size + 1, size)]
    encoder.forward(batches[0])
    rounds = []
    for _ in range(3):
        start = time.perf_counter()
        for batch in batches:
            encoder.finish(encoder.forward(batch))
        rounds.append((time.perf_counter() - start) / (len(batches) * size))
    return min(rounds)


def _build(source: Source, rows: list[FeedRow | FeedIssue], encoder: Encoder) -> tuple[int, dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        given = BuildInput(str(source.path), rows, source.pictures(), encoder)
        report = build_version(VersionStore(Path(folder)), given)
        return report.manifest.content.pictures, report.seconds


if __name__ == "__main__":
    main()
