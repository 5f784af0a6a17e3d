"""Compiling the twin's kernels: serial, without the interpreter's lock, kept on disk for the next process."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import config

Kernel = TypeVar("Kernel", bound=Callable[..., Any])
HERE = Path(__file__).parent
SOURCES = (
    "keyed", "layout", "plan", "contacts", "states", "measures", "laboratories", "response", "tracing", "infection", "course", "rate", "city_kernels",
    "city_visits",
)  # fmt: skip
"""The modules with kernels or with constants that kernels use."""


def _folder() -> str:
    """Where compiled code is kept, named by all its sources.

    Numba's own cache looks only at the file of the outermost kernel, and would go on using an old one when a kernel
    called by it has changed.
    """
    digest = hashlib.sha256(
        b"".join(file.read_bytes() for file in (HERE / f"{name}.py" for name in SOURCES))
    ).hexdigest()[:16]
    beside = HERE / "__pycache__"
    if os.access(beside if beside.exists() else HERE, os.W_OK):
        return str(beside / f"kernels-{digest}")
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return str(user / "ringfence" / f"kernels-{digest}")


FOLDER = _folder()


def _compiled(function: Kernel, signature: str | None = None, **options: bool) -> Kernel:
    settings: Any = config  # what it holds is made when it is imported
    before, settings.CACHE_DIR = settings.CACHE_DIR, FOLDER
    try:
        compiler: Any = numba.njit
        told = {"cache": True, "nogil": True, "error_model": "numpy", **options}
        made: Kernel = compiler(signature, **told)(function) if signature else compiler(function, **told)
        return made
    finally:
        settings.CACHE_DIR = before


def kernel(function: Kernel) -> Kernel:
    """A function compiled at its first call; whole numbers wrap, and nothing is checked that the caller has not."""
    return _compiled(function)


def door(function: Kernel) -> Kernel:
    """A kernel that is called from Python and makes no array, nor does any that it calls: no references are counted."""
    return _compiled(function, _nrt=False)


def inner(function: Kernel) -> Kernel:
    """A kernel that only kernels call, and that makes no array: cheaper to compile, and no references are counted."""
    return _compiled(function, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def typed(signature: str) -> Callable[[Kernel], Kernel]:
    """An inner kernel of one signature, so that it is not compiled anew for every constant it is called with."""
    return lambda function: _compiled(function, signature, _nrt=False, no_cfunc_wrapper=True)
