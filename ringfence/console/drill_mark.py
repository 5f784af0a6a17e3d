"""Every answer of a drill's workspace says so: in a header, and in the name of every file that leaves it."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseBase

from ringfence.core.drill import here

HEADER = "Ringfence-Drill"
PREFIX = "DRILL-"
_NAME = re.compile(r"(filename=\"?|filename\*=UTF-8'')(?!DRILL-)")


class DrillMark:
    """Middleware: in a real installation it does nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Stand around what answers."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, marked."""
        answer = self._get_response(request)
        mark = here()
        if mark is not None:
            answer[HEADER] = quote(mark.title("en"))
            if "Content-Disposition" in answer:
                answer["Content-Disposition"] = _NAME.sub(rf"\1{PREFIX}", answer["Content-Disposition"])
        return answer
