"""ONNX Runtime as the run time: about twice as fast as PyTorch on a CPU, and loaded in a moment."""

from pathlib import Path
from threading import Lock

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from spark_vision.core.embedding import Maps
from spark_vision.embedding.onnx_files import GRAPH_PREFIX, IMAGE_GRAPH, TEXT_GRAPH, Graphs, read_weights

PICTURES = "pictures"
TOKENS = "tokens"
FEATURES = "features"
MAPS = "maps"
_PART = 8  # pictures whose features stay in the processor's cache: a seventh less work than 32 at once


class OnnxSession:
    """Both towers on the CPU; safe to share by threads.

    Where a text tower's attention is causal, texts are run without the columns that are padding in every
    row: what comes after the end changes nothing, and a short text takes a third of the time.
    """

    def __init__(self, graphs: Graphs) -> None:
        self._folder = graphs.folder
        self._image = _session(graphs.folder, IMAGE_GRAPH)
        self._text_session: onnxruntime.InferenceSession | None = None
        self._making_text = Lock()
        self._has_maps = MAPS in [output.name for output in self._image.get_outputs()]

    def run_images(self, prepared: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See ModelSession."""
        return np.concatenate([self._image.run([FEATURES], {PICTURES: part})[0] for part in _parts(prepared)])

    def run_images_with_maps(self, prepared: NDArray[np.uint8]) -> tuple[NDArray[np.float32], Maps | None]:
        """See ModelSession: with maps where the graph was made with them."""
        if not self._has_maps:
            return self.run_images(prepared), None
        parts = [self._image.run([FEATURES, MAPS], {PICTURES: part}) for part in _parts(prepared)]
        features, maps = (np.concatenate(kind) for kind in zip(*parts, strict=True))
        return features, maps

    def run_texts(self, tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        """See ModelSession."""
        session = self._text()
        if not isinstance(session.get_inputs()[0].shape[1], int):  # the graph takes any length
            longest = int(tokens.argmax(axis=1).max()) + 1  # the end is the largest token; 0 is also a "!"
            tokens = tokens[:, :longest]
        features: NDArray[np.float32] = session.run([FEATURES], {TOKENS: tokens})[0]
        return features

    def _text(self) -> onnxruntime.InferenceSession:
        """Return the text tower, loaded with the first text: a look-up by photo does not need it."""
        with self._making_text:
            if self._text_session is None:
                self._text_session = _session(self._folder, TEXT_GRAPH)
            return self._text_session


def _parts(prepared: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    return [prepared[start : start + _PART] for start in range(0, len(prepared), _PART)]


def _session(folder: Path, graph: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Threads that spin while they wait take the core from whoever decodes pictures beside them.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    weights = read_weights(folder, graph)
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(tensor) for tensor in weights.values()]
    options.add_external_initializers([GRAPH_PREFIX + name for name in weights], values)
    return onnxruntime.InferenceSession(str(folder / graph), options, providers=["CPUExecutionProvider"])
