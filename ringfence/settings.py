"""Django's settings. Everything that differs between installations comes from the environment or from RINGFENCE_HOME."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from ringfence.core.home import database, home

BASE = Path(__file__).resolve().parent
DEBUG = False


def _secret_key() -> str:
    """The key that signs sessions: made on first use, kept beside the database, readable by its owner only."""
    path = home() / "keys" / "django.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text()
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()


SECRET_KEY = os.environ.get("RINGFENCE_SECRET_KEY") or _secret_key()
ALLOWED_HOSTS = os.environ.get("RINGFENCE_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
HTTPS = os.environ.get("RINGFENCE_HTTPS", "") == "1"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "csp",
    "ninja",
    "ringfence.core",
    "ringfence.registry",
    "ringfence.desks.cases",
    "ringfence.desks.command",
    "ringfence.desks.testing",
    "ringfence.desks.tracing",
    "ringfence.console",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "ringfence.console.drill_mark.DrillMark",
]

ROOT_URLCONF = "ringfence.urls"
WSGI_APPLICATION = "ringfence.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "console" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ringfence.console.context.bars",
            ]
        },
    }
]

DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "registry.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"

SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True

AXES_USERNAME_CALLABLE = "ringfence.console.sign_in.tried_name"
AXES_LOCKOUT_CALLABLE = "ringfence.console.sign_in.locked_out"

MFA_ADAPTER = "ringfence.console.sign_in.MfaAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are told by whoever opens an account; no mail is sent
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = "Ringfence"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "name"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True  # for the cookie's 8 hours, which the pages hold to the minute
ACCOUNT_FORMS = {"login": "ringfence.console.sign_in.SignInForm"}
ACCOUNT_RATE_LIMITS = {"login_failed": "60/m/ip,10/300s/key"}  # of codes; wrong passwords meet django-axes first
ACCOUNT_ADAPTER = "ringfence.console.sign_in.Adapter"
SOCIALACCOUNT_ADAPTER = "ringfence.console.sign_in.SocialAdapter"


def _oidc() -> dict[str, object]:
    """Sign-in by a provider, where RINGFENCE_OIDC_URL, …_ID and …_SECRET are set."""
    url = os.environ.get("RINGFENCE_OIDC_URL")
    if not url:
        return {}
    provider = {
        "provider_id": "oidc",
        "name": os.environ.get("RINGFENCE_OIDC_NAME", "OpenID Connect"),
        "client_id": os.environ.get("RINGFENCE_OIDC_ID", ""),
        "secret": os.environ.get("RINGFENCE_OIDC_SECRET", ""),
        "settings": {"server_url": url},
    }
    return {"openid_connect": {"APPS": [provider], "OAUTH_PKCE_ENABLED": True}}


SOCIALACCOUNT_PROVIDERS = _oidc()
SOCIALACCOUNT_ONLY = False

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE / "locale"]
LANGUAGE_COOKIE_NAME = "ringfence_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_TEMP_DIR = home() / "uploads"  # personal data stays in one folder, also while it arrives
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
SILENCED_SYSTEM_CHECKS = ["axes.W001", "axes.W003", "auth.W004"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"axes": {"level": "ERROR"}},
}
