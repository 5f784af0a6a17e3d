"""What theory says of an epidemic in a well-mixed population: growth, renewal, final size. No chance, no files."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

Floats = npt.NDArray[np.float64]


def growth_rate(reproduction: float, generation: Floats) -> float:
    """Growth a day, r, that solves R · Σ g(t) e^(-rt) = 1 for the generation interval g: float[n_days], day 0 first.

    Raises ValueError where `generation` does not add up to 1. Source: Wallinga and Lipsitch 2007
    (doi:10.1098/rspb.2006.3754), the Euler-Lotka equation.
    """
    if not np.isclose(generation.sum(), 1.0) or reproduction <= 0:
        message = "a generation interval adds up to 1, and a reproduction number is above 0"
        raise ValueError(message)
    days = np.arange(len(generation))
    return float(brentq(lambda r: reproduction * (generation * np.exp(-r * days)).sum() - 1.0, -3.0, 5.0))


def renewal(reproduction: float, generation: Floats, begun: Floats, days: int) -> Floats:
    """Expected new infections a day, float[days], from those brought in, `begun` float[days].

    Source: Fraser 2007 (doi:10.1371/journal.pone.0000758).
    """
    new = np.zeros(days)
    for day in range(days):
        back = min(day, len(generation) - 1)
        new[day] = begun[day] + reproduction * (new[day - back : day][::-1] * generation[1 : back + 1]).sum()
    return new


def final_size(reproduction: float, begun: float = 0.0) -> float:
    """Share infected in the end, z = 1 - (1 - s) e^(-Rz), where a share `begun` was infected from outside.

    Source: Kermack and McKendrick 1927 (doi:10.1098/rspa.1927.0118).
    """
    if begun <= 0 and reproduction <= 1:
        return 0.0
    return float(brentq(lambda z: 1.0 - (1.0 - begun) * np.exp(-reproduction * z) - z, max(begun, 1e-9), 1.0))
