"""A case as the Global.health outbreak schema has it.

Source: Global.health, outbreak-schema, https://github.com/globaldothealth/outbreak-schema (field names and value sets);
its profile for mpox (GHL2024.D11.1E71) names the pathogen and the places otherwise, and knows no probable case.
"""

from __future__ import annotations

from typing import Any

from ringfence.desks.cases.queries.whole_list import WholeCase
from ringfence.registry.queries.outbreaks import OutbreakRow

MPOX = "mpox"

STATUS = {
    "confirmed": "confirmed", "asymptomatic": "confirmed", "probable": "probable", "suspect": "suspected",
    "discarded": "discarded",
}  # fmt: skip

DATES = {
    "Date_report": "reported", "Date_onset": "onset", "Date_confirmation": "diagnosed",
    "Date_hospitalisation": "admitted", "Date_isolation": "isolated", "Date_death": "died",
    "Date_recovered": "recovered",
}  # fmt: skip

OUTCOME = {"died": "death", "recovered": "recovered", "discharged": "recovered"}

_HEALTH = frozenset({"hospital", "ward", "emergency", "clinic", "health", "nosocomial"})
_SETTINGS = {
    "HOUSE": ("house", "home", "family", "household"), "WORK": ("work", "office", "factory"),
    "SCHOOL": ("school", "class", "university"), "HEALTH": tuple(_HEALTH), "PARTY": ("party", "wedding", "banquet"),
    "BAR": ("bar", "pub", "restaurant", "nightclub"), "LARGE": ("temple", "church", "mass", "funeral", "concert"),
}  # fmt: skip

FIELDS = (
    "ID", "Case_status", "Age", "Sex_at_birth", "Nationality", "Occupation", *DATES, "Date_discharge_hospital",
    "Hospitalised", "Isolated", "Outcome", "Contact_with_case", "Contact_ID", "Contact_setting",
    "Contact_setting_other", "Contact_comment", "Travel_history", "Date_entry",
)  # fmt: skip


def fields_of(outbreak: OutbreakRow) -> list[str]:
    """The names of the fields that an outbreak's records may have."""
    if outbreak.disease.lower() == MPOX:
        return ["Pathogen_name", *FIELDS, "Location_Admin0", "Location_Admin1", "Location_Admin2", "Source_I"]
    return ["Pathogen", *FIELDS, "Location_information", "Source"]


def record_of(case: WholeCase, outbreak: OutbreakRow) -> dict[str, Any]:
    """One case; fields without a value are left out, as the schema asks."""
    mpox = outbreak.disease.lower() == MPOX
    told = {
        "Pathogen_name" if mpox else "Pathogen": MPOX if mpox else outbreak.disease,
        "ID": case.code,
        "Case_status": _status(case, mpox=mpox),
        "Age": case.extras.get("age_band") or (f"{case.age_years:g}" if case.age_years is not None else None),
        "Sex_at_birth": case.sex if case.sex in ("male", "female", "other") else None,
        "Nationality": [case.extras["nationality"]] if case.extras.get("nationality") else None,
        "Occupation": case.occupation,
        **{name: case.course.get(event) for name, event in DATES.items()},
        "Date_discharge_hospital": case.course.get("discharged"),
        "Hospitalised": "Y" if "admitted" in case.course else "NA",
        "Isolated": "Y" if "isolated" in case.course else "NA",
        "Outcome": OUTCOME.get(case.outcome or case.extras.get("outcome") or ""),
        **_contact(case),
        "Travel_history": "Y" if case.extras.get("travel_history") else "NA",
        "Date_entry": case.listed_on,
        **_place(case, mpox=mpox),
        **_source(case, mpox=mpox),
    }
    return {name: value for name, value in told.items() if value is not None}


def _status(case: WholeCase, *, mpox: bool) -> str:
    status = STATUS[case.classification]
    return "suspected" if mpox and status == "probable" else status


def _contact(case: WholeCase) -> dict[str, str | None]:
    """Who infected the case, as far as named, and where."""
    setting = next((link[2] for link in case.infectors if link[2]), "") or case.extras.get("exposure_setting", "")
    known = _setting(setting)
    return {
        "Contact_with_case": "Y" if case.infectors else "NA",
        "Contact_ID": ", ".join(link[0] for link in case.infectors) or None,
        "Contact_setting": known,
        "Contact_setting_other": setting if known == "OTHER" else None,
        "Contact_comment": " | ".join(link[3] for link in case.infectors if link[3]) or None,
    }


def _setting(text: str) -> str | None:
    words = set(text.lower().replace("_", " ").split())
    if not words:
        return None
    return next((code for code, known in _SETTINGS.items() if words & set(known)), "OTHER")


def _place(case: WholeCase, *, mpox: bool) -> dict[str, Any]:
    told = {name: case.extras[name] for name in ("country", "admin1", "admin2", "admin3") if case.extras.get(name)}
    if not mpox:
        return {"Location_information": {**told, "path": case.residence or case.path}}
    return {f"Location_Admin{n}": told.get(name) for n, name in enumerate(("country", "admin1", "admin2"))}


def _source(case: WholeCase, *, mpox: bool) -> dict[str, str]:
    url = case.extras.get("source", "")
    return {"Source_I" if mpox else "Source": url} if url.startswith(("http://", "https://")) else {}
