"""The service: Spark Vision over HTTP, and the page that shows it."""

from spark_vision_api.app import create_app

__all__ = ["create_app"]
