"""How accounts sign in: nobody signs up by themselves; a provider's user must match an account that was opened."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from ringfence.core.home import home
from ringfence.core.keys import key_file
from ringfence.registry.models import Account


class SignInForm(LoginForm):  # type: ignore[misc]
    """Account name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Plain labels instead of placeholders, which vanish while one types."""
        super().__init__(*args, **kwargs)
        self.fields["login"].label = gettext("Account name")
        self.fields["password"].label = gettext("Password")
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields["login"].widget.attrs.update(autocomplete="username", autocapitalize="none", spellcheck="false")


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are opened by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        del request
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The pages say themselves what happened."""


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are kept sealed, under a key beside the database."""

    def _box(self) -> Fernet:
        return Fernet(urlsafe_b64encode(key_file(home(), "second-factor")[:32]))

    def encrypt(self, text: str) -> str:
        """Sealed."""
        return self._box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Opened."""
        return self._box().decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """How a security key names this installation."""
        told: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**told, "name": "Ringfence"}


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A provider vouches for who somebody is; whether they have an account here is decided here."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never."""
        del request, sociallogin
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Join the provider's user to the one open account of that name or e-mail; nobody else gets in."""
        if sociallogin.is_existing:
            return
        account = account_for(sociallogin.account.extra_data)
        if account is None:
            raise ImmediateHttpResponse(no_account(request))
        sociallogin.connect(request, account)


def account_for(told: dict[str, Any]) -> Account | None:
    """The one open account that a provider's claims name: by sign-in name, else by a verified e-mail address."""
    claims = {**told, **told.get("userinfo", {}), **told.get("id_token", {})}
    name = str(claims.get("preferred_username") or "").lower()
    email = str(claims.get("email") or "")
    by_name = Account.objects.filter(is_active=True, name=name) if name else Account.objects.none()
    if len(found := list(by_name[:2])) == 1:
        return found[0]
    if not email or claims.get("email_verified") is False:
        return None
    found = list(Account.objects.filter(is_active=True, email__iexact=email)[:2])
    return found[0] if len(found) == 1 else None


def no_account(request: HttpRequest) -> HttpResponse:
    """The provider knows them, this installation does not."""
    parts = (
        gettext("There is no open account for you here."),
        gettext("Your provider vouched for you, but no account has your name or e-mail address."),
        gettext("Ask the person who manages accounts in your office to open one, then sign in again."),
    )
    return render(request, "console/outside.html", {"title": gettext("Sign in"), "refused": parts}, status=403)


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """Too many wrong passwords for one name from one address."""
    del response, credentials
    parts = (
        gettext("Too many wrong passwords for this account from here."),
        gettext("Sign-in from this address is closed for 15 minutes."),
        gettext(
            "Wait, then try again. If you forgot the password, ask the person who manages accounts in your office."
        ),
    )
    return render(request, "console/outside.html", {"title": gettext("Sign in"), "refused": parts}, status=429)


def tried_name(request: HttpRequest, credentials: Any = None) -> str:
    """Whose sign-in is tried, in lower case as accounts are named: `ANA` and `ana` share their wrong passwords."""
    told = credentials or {}
    return str(told.get("username") or told.get("name") or request.POST.get("login", "")).strip().lower()
