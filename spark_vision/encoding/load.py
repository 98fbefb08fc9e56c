"""A MODEL to an encoder; torch is imported only when a model is really asked for."""

from spark_vision.encoding.fake import FakeEncoder
from spark_vision.encoding.hub import go_offline_if_unreachable
from spark_vision.encoding.model_name import LocalModel, parse_model
from spark_vision.ports import Encoder

FAKE = "fake"


def load_encoder(model: str, device: str = "auto") -> Encoder:
    """Load a model by any MODEL form; `fake` is the encoder for tests.

    Raises ModelError or one of its children, which say what to do.
    """
    if model == FAKE:
        return FakeEncoder()
    name = parse_model(model)
    if not isinstance(name, LocalModel):
        go_offline_if_unreachable()
    from spark_vision.encoding.open_clip_loader import load_open_clip

    return load_open_clip(name, device)
