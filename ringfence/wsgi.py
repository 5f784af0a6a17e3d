"""The WSGI application that `ringfence serve` runs."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

from ringfence.app import centre
from ringfence.desks.tracing.visits.warm import warm_aside

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ringfence.settings")
application = get_wsgi_application()
centre()  # opened before the first request, not by it
gc.collect()
gc.freeze()  # what is here now stays: the collector need not look at it again and again
gc.set_threshold(50_000, 20, 50)  # a hand-in makes ten thousand small things, none of them in a circle
warm_aside()  # while requests are answered already: the first confirmed case need not wait for compiled loops
