"""Compiling the twin's kernels: by what they are called from, and whether they make arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ringfence.science.compiled import compiled

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def kernel(function: Kernel) -> Kernel:
    """A function compiled at its first call; whole numbers wrap, and nothing is checked that the caller has not."""
    return compiled(function)


def door(function: Kernel) -> Kernel:
    """A kernel that is called from Python and makes no array, nor does any that it calls: no references are counted."""
    return compiled(function, _nrt=False)


def inner(function: Kernel) -> Kernel:
    """A kernel that only kernels call, and that makes no array: cheaper to compile, and no references are counted."""
    return compiled(function, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def typed(signature: str) -> Callable[[Kernel], Kernel]:
    """An inner kernel of one signature, so that it is not compiled anew for every constant it is called with."""
    return lambda function: compiled(function, signature, _nrt=False, no_cfunc_wrapper=True)
