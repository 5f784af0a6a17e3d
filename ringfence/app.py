"""Opens a centre: the only list of desks."""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import django
from django.apps import apps

from ringfence.core import log, words
from ringfence.core.centre import Centre, Desk
from ringfence.core.clock import Clock
from ringfence.core.drill import agree, clock_of
from ringfence.core.home import home
from ringfence.core.policy import SHIPPED, Book

DESKS = ("cases", "command", "testing", "tracing")
"""Every desk. The order does not matter, and a test shuffles it."""

PARTS = ("memory", "queries", "planned", "rules", "actions", "feeds")
FACTS = ("time", "registry", "cases", "command", "rounds", "testing", "tracing", "follow_up", "drill")


def start() -> None:
    """Set Django up, once."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ringfence.settings")
    if not apps.ready:
        django.setup()


def _modules(package: str) -> list[ModuleType]:
    """The parts of a desk that exist, with the modules inside them where a part is a package."""
    found: list[ModuleType] = []
    for part in PARTS:
        name = f"{package}.{part}"
        if importlib.util.find_spec(name) is None:
            continue
        module = importlib.import_module(name)
        found.append(module)
        if hasattr(module, "__path__"):
            found += [importlib.import_module(f"{name}.{each.name}") for each in pkgutil.iter_modules(module.__path__)]
    return found


def _tables(label: str) -> tuple[str, ...]:
    """The tables of a desk's memory; those beside the log are left alone by a rebuild."""
    models = apps.get_app_config(label).get_models()
    return tuple(model._meta.db_table for model in models if not getattr(model, "beside", False))  # noqa: SLF001


def learn_words() -> None:
    """Learn the words of the engine, the registry, every desk and the twin: each module whose name ends in `words` brings some."""
    for package in ("core", "registry", *(f"desks.{name}" for name in DESKS), "twin"):
        folder = Path(__file__).parent.joinpath(*package.split("."))
        for file in sorted(folder.rglob("*words.py")):
            name = ".".join(("ringfence", package, *file.relative_to(folder).with_suffix("").parts))
            module = importlib.import_module(name)
            if module is not words:
                words.learn(module.REFUSALS, module.LABELS)


def desks() -> list[Desk]:
    """The registry and every desk, with what they declare; their words are learnt."""
    for each in FACTS:
        importlib.import_module(f"ringfence.facts.{each}")
    learn_words()
    found = []
    packages = {"registry": "ringfence.registry", **{name: f"ringfence.desks.{name}" for name in DESKS}}
    for name, package in packages.items():
        modules = _modules(package)
        found.append(Desk(name, tuple(modules), _tables(name)))
    return found


@lru_cache(maxsize=1)
def book() -> Book:
    """The policy packs that came with the product, and the installation's own in RINGFENCE_HOME/policies."""
    sections = {name: importlib.import_module(f"ringfence.desks.{name}.policy").Policy for name in DESKS}
    own = home() / "policies"
    return Book([SHIPPED, own] if own.is_dir() else [SHIPPED], sections)


def open_centre(clock: Clock | None = None, state: Path | None = None) -> Centre:
    """A centre over this installation's log."""
    start()
    from ringfence.registry import geography  # noqa: PLC0415 (needs Django set up)

    geography.forget()
    return Centre(desks(), book(), geography, state or home(), clock or clock_of(state or home()))


@lru_cache(maxsize=1)
def centre() -> Centre:
    """The centre that this process serves; refused where a drill and a real log would be taken for each other."""
    made = open_centre()
    agree(home(), log.first_kind())
    return made
