"""The console's addresses. Each module of pages keeps its own `urlpatterns` and is named here once."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

PAGES = (
    "ringfence.console.board",
    "ringfence.console.line_list",
    "ringfence.console.many",  # bulk edits of any list
    "ringfence.console.import_wizard",
    "ringfence.console.exports",
    "ringfence.console.views",
    "ringfence.console.doors",
    "ringfence.console.accounts",  # sign-in, second factors, language
    "ringfence.console.asks",
    "ringfence.console.new_case",
    "ringfence.console.tracing_case",
    "ringfence.console.case_pages",
    "ringfence.console.reveal_pages",
    "ringfence.console.person_pages",
    "ringfence.console.kept_pages",
    "ringfence.console.papers",
    "ringfence.console.dossier_pages",
    "ringfence.console.interview_pages",
    "ringfence.console.task_list",
    "ringfence.console.task_pages",
    "ringfence.console.log_pages",
    "ringfence.console.place_pages",
    "ringfence.console.people_pages",
    "ringfence.console.policy_pages",
    "ringfence.console.testing_board",
    "ringfence.console.testing_rounds",
    "ringfence.console.testing_missing",
    "ringfence.console.testing_sites",
    "ringfence.console.testing_tubes",
    "ringfence.console.testing_boxes",
    "ringfence.console.testing_holds",
    "ringfence.console.testing_plan",
    "ringfence.console.tracing_board",
    "ringfence.console.tracing_lists",
    "ringfence.console.tracing_contact",
    "ringfence.console.tracing_search",
    "ringfence.console.tracing_day",
    "ringfence.console.tracing_visits",
    "ringfence.console.tracing_indicators",
    "ringfence.console.twin_pages",
    "ringfence.console.lab_results",
    "ringfence.console.lab_pages",
    "ringfence.console.station",
    "ringfence.console.label_pages",
    "ringfence.console.household_page",  # without sign-in
    "ringfence.console.notice_pages",
    "ringfence.console.tracing_sheet",
    "ringfence.console.drill_cards",
    "ringfence.console.drill_control",
    "ringfence.console.drill_report",
)
"""Modules with `urlpatterns`; new pages add one line."""

urlpatterns: list[URLPattern | URLResolver] = [path("", include(each)) for each in PAGES]
