"""Ringfence: a command platform for outbreaks of infectious disease."""

__version__ = "0.1.0"
