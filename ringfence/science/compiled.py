"""Compiled loops: numba, serial, without the interpreter's lock, kept on disk between runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """The same function as machine code. Threads belong to the caller: the lock is let go while it runs.

    What is kept on disk is found by the file of the function itself, so a loop and the small functions it calls live in
    one file: a change in either compiles both again. Where neither the folder of the code nor that of the user can be
    written, nothing is kept and every process compiles anew.
    """
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        return cast("F", numba.njit(cache=True, **options)(function))
    except RuntimeError:  # nowhere to keep it
        return cast("F", numba.njit(**options)(function))


def is_kept(function: Callable[..., Any]) -> bool:
    """Whether a loop made by `compiled` lies on disk as it is written now; if not, its first call compiles it."""
    folder = cast("Any", function).stats.cache_path
    plain = cast("Any", function).py_func
    written = Path(plain.__code__.co_filename).stat().st_mtime
    name = f"{plain.__module__.rpartition('.')[2]}.{plain.__qualname__}-{plain.__code__.co_firstlineno}.*.nbi"
    return folder is not None and any(each.stat().st_mtime >= written for each in Path(folder).glob(name))
