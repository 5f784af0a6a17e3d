"""Accounts and their roles, for those who open them; and everyone's own page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ringfence.console.asks import ask, form_of, told_of
from ringfence.console.context import Page, page
from ringfence.console.pieces import Cell, Chip, Choice, Row
from ringfence.console.sections import Ask, Links, Pairs, Part, Section, Sections, Text, table
from ringfence.console.shown import three_parts
from ringfence.core.access import MAYS, ROLES
from ringfence.core.errors import Refused
from ringfence.core.fact import from_micros
from ringfence.facts.ids import AccountId
from ringfence.registry import account_keeping
from ringfence.registry.actions import issue_token, open_account
from ringfence.registry.queries import accounts as asked

LONGEST_TOKEN = 366  # days


@page("admit")
def accounts_page(here: Page) -> HttpResponse:
    """Accounts at one's places, and their roles."""
    found = here.ask(asked.accounts)
    places = here.area_names(each["path"] for each in found)
    rows = [
        Row(
            f"{each['id']}-{each['role']}-{each['path']}",
            [
                Cell(each["shown_name"], note=each["name"]),
                Cell(_(ROLES[each["role"]][0]) if each["role"] in ROLES else each["role"]),
                Cell(places.get(each["path"], each["path"])),
                Cell(at=from_micros(each["ends_at"])) if each["ends_at"] else Cell(_("until withdrawn")),
                Cell(chip=Chip("done", _("In use")) if each["active"] else Chip("discarded", _("Closed"))),
            ],
        )
        for each in found
    ]
    known = list({each["id"]: f"{each['shown_name']} ({each['name']})" for each in found}.items())
    pick = {"account": known}
    changes: list[Part] = [
        Ask(_("Open an account"), _opening(here), reverse("open_account"), submit=_("Open an account")),
        *ask(here, "registry.grant_role", _("Grant a role"), choices=pick),
        *ask(here, "registry.withdraw_role", _("Withdraw a role"), choices={**pick, **_roles()}),
        *ask(here, "registry.close_account", _("Close an account"), choices=pick, danger=True),
    ]
    columns = [_("Account"), _("Role"), _("Place"), _("Until"), _("State")]
    sections = Sections(
        title=_("Accounts"),
        lead=_("Who may sign in, as what, and where."),
        main=[
            Section("", [table(_("Accounts"), columns, rows, _("No account at your places."))]),
            Section(_("Changes"), changes),
        ],
    )
    return here.render("console/sections.html", sections=sections)


def _roles() -> dict[str, list[tuple[str, str]]]:
    return {"role": [(role, _(said)) for role, (said, _mays) in ROLES.items()]}


def _opening(here: Page, data: Any = None) -> forms.Form:
    return form_of(here, here.centre.actions["registry.open_account"], data, leave=("password_hash",))


@require_POST
@page("admit")
def open_one(here: Page) -> HttpResponse:
    """Open an account with a first password, which is shown once."""
    form = _opening(here, here.request.POST)
    refused = None
    if form.is_valid():
        told = told_of(here.centre.actions["registry.open_account"], {}, form.cleaned_data)
        password = get_random_string(14)
        try:
            here.tell(open_account, password_hash=make_password(password), **told)
        except Refused as refusal:
            refused = three_parts(refusal)
        else:
            said = _("%(name)s signs in with this password, and changes it at once. It is shown only here.")
            return _once(here, _("Account opened"), said % {"name": told["name"]}, password, reverse("accounts"))
    return here.render(
        "console/form_page.html", status=409 if refused else 422, title=_("Open an account"), form=form,
        cancel_url=reverse("accounts"), refused=refused,
    )  # fmt: skip


def _once(here: Page, title: str, said: str, secret: str, back: str) -> HttpResponse:
    """Something that is shown once and kept nowhere."""
    parts: list[Part] = [Text(said), Pairs([(_("Secret"), Cell(secret))]), Links([Choice(_("Done"), back)])]
    answer = here.render("console/sections.html", sections=Sections(title, [Section("", parts)]))
    answer["Cache-Control"] = "private, no-store"
    return answer


class TokenForm(forms.Form):
    """What a programme may do, and for how long."""

    def __init__(self, here: Page, data: Any = None) -> None:
        """Only what one may do oneself is offered."""
        super().__init__(data, auto_id="token_%s")
        self.fields["days"] = forms.IntegerField(
            label=_("Days it is valid"), min_value=1, max_value=LONGEST_TOKEN, initial=30,
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        )  # fmt: skip
        own = [(may, _(said)) for may, said in MAYS.items() if here.may(may)]
        self.fields["mays"] = forms.MultipleChoiceField(
            label=_("What it may do"), choices=own, widget=forms.CheckboxSelectMultiple
        )


@page()
def me(here: Page) -> HttpResponse:
    """One's own page: roles, language, password, second factor, tokens."""
    places = here.area_names(grant.path for grant in here.who.grants)
    roles = [
        Row(
            f"{grant.role}-{grant.path}",
            [
                Cell(_(ROLES[grant.role][0])),
                Cell(places.get(grant.path, grant.path or _("everywhere"))),
                Cell(at=grant.begins_at),
                Cell(at=grant.ends_at) if grant.ends_at else Cell(_("until withdrawn")),
            ],
        )
        for grant in here.who.grants
    ]
    changes: list[Part] = [
        *ask(here, "registry.choose_language", _("Language"), initial={"language": here.who.language}),
        Links(
            [
                Choice(_("Password"), reverse("account_change_password")),
                Choice(_("Second factor"), reverse("mfa_index")),
            ]
        ),
    ]
    columns = [_("Role"), _("Place"), _("From"), _("Until")]
    sections = Sections(
        title=here.who.name,
        lead=_("What I may do here, how I sign in, and programmes that act for me."),
        main=[
            Section(_("My roles"), [table(_("My roles"), columns, roles, _("No role."))]),
            Section(_("My tokens"), _tokens(here)),
        ],
        side=[Section(_("Signing in"), changes)],
    )
    return here.render("console/sections.html", sections=sections)


def _tokens(here: Page) -> list[Part]:
    found = asked.tokens_of(AccountId(here.who.id))
    rows = []
    for each in found:
        alive = not each.withdrawn and each.ends_at > here.now
        chip = (
            Chip("done", _("Valid"))
            if alive
            else Chip("discarded", _("Withdrawn") if each.withdrawn else _("Past its time"))
        )
        rows.append(
            Row(each.id, [
                Cell(each.id[-8:].upper()), Cell(", ".join(_(MAYS.get(may, may)) for may in each.mays)),
                Cell(at=each.ends_at), Cell(chip=chip),
            ])
        )  # fmt: skip
    columns = [_("Token"), _("May"), _("Until"), _("State")]
    parts: list[Part] = [table(_("My tokens"), columns, rows, _("No programme acts for me."))]
    parts.append(Ask(_("Issue a token"), TokenForm(here), reverse("issue_token"), submit=_("Issue")))
    for each in found:
        if not each.withdrawn and each.ends_at > here.now:
            title = _("Withdraw %(token)s") % {"token": each.id[-8:].upper()}
            parts += ask(here, "registry.withdraw_token", title, fixed={"token": each.id}, danger=True)
    return parts


@require_POST
@page()
def issue(here: Page) -> HttpResponse:
    """Issue a token; its secret is shown once."""
    form = TokenForm(here, here.request.POST)
    if not form.is_valid():
        return here.render(
            "console/form_page.html", status=422, title=_("Issue a token"), form=form, cancel_url=reverse("me")
        )
    secret = account_keeping.new_secret()
    ends_at = here.now + timedelta(days=form.cleaned_data["days"])
    here.tell(
        issue_token,
        secret_hash=account_keeping.secret_hash(secret),
        mays=tuple(form.cleaned_data["mays"]),
        ends_at=ends_at,
    )
    return _once(
        here, _("Token issued"), _("Copy it now. It is shown only here and kept nowhere."), secret, reverse("me")
    )


urlpatterns = [
    path("accounts/", accounts_page, name="accounts"),
    path("accounts/open/", open_one, name="open_account"),
    path("me/", me, name="me"),
    path("me/tokens/", issue, name="issue_token"),
]
