"""What a result was made with: library versions and the machine."""

import os
import platform
from importlib import metadata
from pathlib import Path

from spark_vision import __version__

_LIBRARIES = (
    "faiss-cpu",
    "numpy",
    "onnxruntime",
    "open-clip-torch",
    "pillow",
    "scikit-learn",
    "timm",
    "torch",
)


def versions() -> dict[str, str]:
    """Versions of the program, of Python and of the libraries that figures depend on."""
    found = {"spark-vision": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, str | int]:
    """The system, its processor and how many cores; no name of a host or a person."""
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # no Linux
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
