"""A typed client of the service, for programs: `Client("https://tags.example", key="sv_…")`.

It needs httpx2 and nothing else of this package, so that importing it loads no model and no web framework.
"""

from spark_vision.client.calls import Client
from spark_vision.client.errors import ApiError, NoAnswerError

__all__ = ["ApiError", "Client", "NoAnswerError"]
