"""What can go wrong while rendering, in words a person can act on."""


class RenderingError(RuntimeError):
    """A scene could not be described or rendered."""


class RendererMissingError(RenderingError):
    """The renderer is not installed: the extra ``[render]`` is missing."""

    def __init__(self, module: str) -> None:
        super().__init__(
            f"rendering needs the package '{module}', which is not installed; "
            "install the extra: pip install 'spark-vision[render]'"
        )
