"""Compiled loops: numba, serial, without the interpreter's lock, kept on disk between runs."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import config

F = TypeVar("F", bound=Callable[..., Any])
IMPORTED = re.compile(r"^from (\S+) import", re.MULTILINE)


def compiled(function: F, signature: str | None = None, **options: bool) -> F:
    """The same function as machine code. Threads belong to the caller: the lock is let go while it runs.

    It is compiled at its first call, or at once for a `signature`; `options` are numba's own. Where neither the folder of
    the code nor that of the user can be written, nothing is kept and every process compiles anew.
    """
    told: dict[str, Any] = {"nogil": True, "error_model": "numpy", **options}
    settings: Any = config
    before = settings.CACHE_DIR
    try:
        settings.CACHE_DIR = _folder(function.__module__, Path(function.__code__.co_filename), before)
        return cast("F", numba.njit(signature, cache=True, **told)(function))
    except (RuntimeError, OSError):  # nowhere to keep it
        return cast("F", numba.njit(signature, **told)(function))
    finally:
        settings.CACHE_DIR = before


@cache
def _folder(module: str, file: Path, chosen: str) -> str:
    """Where the loops of a module are kept, named by all they are made from.

    Numba by itself looks only at the file of the loop, and would go on using an old one when a loop that it calls, or a
    constant of another file, has changed. `chosen` is the folder named by NUMBA_CACHE_DIR.
    """
    made_from = sorted(_sources(module, file))
    digest = hashlib.sha256(b"".join(each.read_bytes() for each in made_from)).hexdigest()[:16]
    name = f"{file.stem}-{digest}"
    beside = file.parent / "__pycache__"
    if chosen:
        return str(Path(chosen) / name)
    if os.access(beside if beside.exists() else file.parent, os.W_OK):
        return str(beside / name)
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return str(user / "ringfence" / name)


def _sources(module: str, file: Path) -> set[Path]:
    """The file of a module and those of all modules beside which it stands that it imports names from, near and far."""
    root = file.parents[module.count(".")]
    found, waiting = {file}, [file]
    while waiting:
        for name in IMPORTED.findall(waiting.pop().read_text(encoding="utf-8")):
            path = root / f"{name.replace('.', '/')}.py"
            if name.partition(".")[0] == module.partition(".")[0] and path not in found and path.is_file():
                found.add(path)
                waiting.append(path)
    return found


def is_kept(function: Callable[..., Any]) -> bool:
    """Whether a loop made by `compiled` lies on disk as it is written now; if not, its first call compiles it."""
    folder = cast("Any", function).stats.cache_path
    plain = cast("Any", function).py_func
    written = Path(plain.__code__.co_filename).stat().st_mtime
    name = f"{plain.__module__.rpartition('.')[2]}.{plain.__qualname__}-{plain.__code__.co_firstlineno}.*.nbi"
    return folder is not None and any(each.stat().st_mtime >= written for each in Path(folder).glob(name))
