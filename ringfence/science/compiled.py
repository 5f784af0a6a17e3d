"""Compiled loops: numba, serial, without the interpreter's lock, kept on disk between runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """The same function as machine code. Threads belong to the caller: the lock is let go while it runs.

    What is kept on disk is found by the file of the function itself, so a loop and the small functions it calls live in
    one file: a change in either compiles both again.
    """
    return cast("F", numba.njit(cache=True, nogil=True, error_model="numpy")(function))
