"""Labels to print: tubes, boxes, and people whose codes are told."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext, gettext_lazy

from ringfence.console.context import Page, page
from ringfence.console.papers import download
from ringfence.console.station import MAY
from ringfence.reports.code128 import can_encode
from ringfence.reports.tube_labels import MOST, SHEETS, Symbol, TubeLabel, of_people, run, tube_labels

KINDS = (
    ("T", gettext_lazy("Tubes")),
    ("B", gettext_lazy("Boxes")),
    ("P", gettext_lazy("People or households, by their codes")),
)
SIZES = {
    "a4-24": gettext_lazy("A4, 24 labels of 70 × 37 mm"),
    "a4-40": gettext_lazy("A4, 40 labels of 52.5 × 29.7 mm"),
    "a4-65": gettext_lazy("A4, 65 labels of 38.1 × 21.2 mm"),
    "roll-40x30": gettext_lazy("Roll, one label of 40 × 30 mm"),
}
SYMBOLS = ((Symbol.QR, gettext_lazy("QR code")), (Symbol.BARS, gettext_lazy("Bar code (Code 128)")))
SERIES = re.compile(r"[A-Z0-9]{0,8}\Z")
LONGEST_CODE = 200


class Labels(forms.Form):
    """What is printed, and on what."""

    kind = forms.ChoiceField(choices=KINDS, initial="T", label=gettext_lazy("Labels for"))
    series = forms.CharField(
        max_length=8,
        required=False,
        label=gettext_lazy("Prefix"),
        help_text=gettext_lazy("Letters and digits that no other printer of yours uses; T or B is put before it."),
    )
    first = forms.IntegerField(
        min_value=0, max_value=999_999_999_999, initial=1, required=False, label=gettext_lazy("From number")
    )
    count = forms.IntegerField(
        min_value=1, max_value=MOST, initial=240, required=False, label=gettext_lazy("How many labels")
    )
    codes = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        label=gettext_lazy("Codes of people or households"),
        help_text=gettext_lazy("One a line. Printed masked: only a scanner reads them whole."),
    )
    sheet = forms.ChoiceField(choices=tuple(SIZES.items()), initial="a4-65", label=gettext_lazy("Sheet"))
    symbol = forms.ChoiceField(choices=SYMBOLS, initial=Symbol.QR, label=gettext_lazy("Read as"))
    line = forms.CharField(max_length=30, required=False, label=gettext_lazy("A line beneath, such as the site"))

    def clean_series(self) -> str:
        """In capitals."""
        series: str = self.cleaned_data["series"].strip().upper()
        if not SERIES.match(series):
            raise forms.ValidationError(gettext("Only letters A to Z and digits."))
        return series

    def clean_codes(self) -> list[str]:
        """Each code once, in order."""
        told: str = self.cleaned_data["codes"]
        codes = list(dict.fromkeys(line.strip() for line in told.splitlines() if line.strip()))
        if len(codes) > MOST:
            raise forms.ValidationError(gettext("At most %(most)s codes at a time.") % {"most": MOST})
        if long := next((code for code in codes if len(code) > LONGEST_CODE), ""):
            raise forms.ValidationError(gettext("Too long for a label: %(code)s…") % {"code": long[:20]})
        return codes

    def clean(self) -> dict[str, Any]:
        """A run needs its numbers, people need their codes, bars know no Chinese."""
        told = super().clean() or {}
        if told.get("kind") == "P":
            codes = told.get("codes") or []
            if not codes and "codes" not in self.errors:
                self.add_error("codes", gettext("Tell at least one code."))
            if told.get("symbol") == Symbol.BARS and not all(map(can_encode, codes)):
                self.add_error("symbol", gettext("One of the codes cannot be a bar code: choose the QR code."))
            return told
        for name in ("first", "count"):
            if told.get(name) is None and name not in self.errors:
                self.add_error(name, gettext("Tell a number."))
        if (told.get("first") or 0) + (told.get("count") or 0) > 10**12:
            self.add_error("first", gettext("The last number would have more than 12 digits."))
        return told

    def labels(self) -> list[TubeLabel]:
        """The labels that were asked for."""
        told = self.cleaned_data
        lines = [told["line"]] if told["line"] else []
        if told["kind"] == "P":
            return of_people(told["codes"], lines)
        return run(f"{told['kind']}{told['series']}", told["first"], told["count"], lines)


@page(MAY)
def labels(here: Page) -> HttpResponse:
    """The form; sent, the labels as a PDF."""
    form = Labels(here.request.POST if here.request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return here.render(
            "console/form_page.html",
            status=409 if form.is_bound else 200,
            title=gettext("Print labels"),
            lead=gettext("Every number ends in a check digit, which the station compares. Print at 100 %, not fitted."),
            form=form,
            submit_label=gettext("Make the PDF"),
        )
    told = form.cleaned_data
    made = tube_labels(
        form.labels(),
        sheet=SHEETS[told["sheet"]],
        symbol=Symbol(told["symbol"]),
        title=gettext("Labels"),
        language=here.language,
        made_at=here.now,
    )
    name = "people" if told["kind"] == "P" else f"{told['kind']}{told['series']}-{told['first']}-{told['count']}"
    return download(made.content, "application/pdf", f"labels-{name}.pdf")


urlpatterns = [path("testing/labels/", labels, name="tube_labels")]
