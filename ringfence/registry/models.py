"""The registry's tables. Those marked `beside` lie beside the log and outside rebuild; all others are memory.

Moments are microseconds since 1970 UTC in `BigIntegerField`s; a `path` is a jurisdiction path such as `cn.23.01.`.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Accounts(BaseUserManager["Account"]):
    """Accounts are opened by an action; this only finds them."""

    def get_by_natural_key(self, username: str | None) -> Account:
        """By sign-in name, in any case."""
        return self.get(name=(username or "").lower())


class Account(AbstractBaseUser):
    """Someone who may sign in. Roles over places are grants, which are memory; this row is not."""

    beside: ClassVar[bool] = True

    id = models.TextField(primary_key=True)
    name = models.TextField(unique=True)  # what they sign in with
    shown_name = models.TextField()
    email = models.TextField(default="", blank=True)
    language = models.TextField(default="en")
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "name"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    is_staff = False
    is_superuser = False

    objects = Accounts()

    class Meta:
        """A plain table."""

        db_table = "registry_account"


class Grant(models.Model):
    """A role over a place and all beneath it."""

    pk = models.CompositePrimaryKey("account", "role", "jurisdiction")
    account = models.TextField()
    role = models.TextField()
    jurisdiction = models.TextField()
    path = models.TextField()
    begins_at = models.BigIntegerField()
    ends_at = models.BigIntegerField(null=True)

    class Meta:
        """One for each account, role and place."""

        db_table = "registry_grant"


class Token(models.Model):
    """A programme's key: only the hash of its secret is kept."""

    beside: ClassVar[bool] = True

    id = models.TextField(primary_key=True)
    secret_hash = models.TextField(unique=True)
    account = models.TextField()
    mays = models.TextField()
    ends_at = models.BigIntegerField()
    withdrawn = models.BooleanField(default=False)

    class Meta:
        """Found by hash."""

        db_table = "registry_token"


class Jurisdiction(models.Model):
    """A place in the tree of command."""

    id = models.TextField(primary_key=True)
    path = models.TextField(unique=True)
    code = models.TextField()
    level = models.TextField()
    names = models.TextField()  # JSON by language
    parent = models.TextField(null=True)  # noqa: DJ001
    zone = models.TextField()
    population = models.BigIntegerField(null=True)
    closed = models.BooleanField(default=False)

    class Meta:
        """Found by path and parent."""

        db_table = "registry_jurisdiction"
        indexes = (models.Index(fields=["parent"], name="jurisdiction_parent"),)


class Alias(models.Model):
    """Somebody else's code or name for a place or a person."""

    pk = models.CompositePrimaryKey("what", "source", "code")
    what = models.TextField()  # jurisdiction | person
    source = models.TextField()
    code = models.TextField()  # folded to lower case
    id_of = models.TextField()

    class Meta:
        """One meaning for each code of a source."""

        db_table = "registry_alias"


class Outbreak(models.Model):
    """A disease in an area under a policy pack."""

    id = models.TextField(primary_key=True)
    code = models.TextField(unique=True)
    title = models.TextField()
    disease = models.TextField()
    pack = models.TextField()
    overlays = models.TextField()  # comma-separated
    jurisdiction = models.TextField()
    path = models.TextField()
    begins_on = models.DateField(null=True)
    by_on = models.DateField(null=True)
    clear_days = models.IntegerField(null=True)
    closed = models.BooleanField(default=False)

    class Meta:
        """A plain table."""

        db_table = "registry_outbreak"


class Unit(models.Model):
    """A unit of a command."""

    id = models.TextField(primary_key=True)
    jurisdiction = models.TextField()
    path = models.TextField()
    names = models.TextField()  # JSON by language
    above = models.TextField(null=True)  # noqa: DJ001

    class Meta:
        """Found by place."""

        db_table = "registry_unit"
        indexes = (models.Index(fields=["path"], name="unit_path"),)


class UnitFunction(models.Model):
    """A function that a unit carries at its place."""

    pk = models.CompositePrimaryKey("function", "path", "unit")
    function = models.TextField()
    path = models.TextField()
    unit = models.TextField()

    class Meta:
        """The first unit declared for a function at a place carries it."""

        db_table = "registry_unit_function"


class Team(models.Model):
    """A team within a unit."""

    id = models.TextField(primary_key=True)
    unit = models.TextField()
    name = models.TextField()

    class Meta:
        """Found by unit."""

        db_table = "registry_team"
        indexes = (models.Index(fields=["unit"], name="team_unit"),)


class TeamMember(models.Model):
    """An account in a team."""

    pk = models.CompositePrimaryKey("account", "team")
    team = models.TextField()
    account = models.TextField()

    class Meta:
        """Once each."""

        db_table = "registry_team_member"


class Place(models.Model):
    """Where people meet, are tested or stay."""

    id = models.TextField(primary_key=True)
    jurisdiction = models.TextField()
    path = models.TextField()
    name = models.TextField()
    kind = models.TextField()
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)

    class Meta:
        """Found by place."""

        db_table = "registry_place"
        indexes = (models.Index(fields=["path", "kind"], name="place_path"),)


class Household(models.Model):
    """People who live together."""

    id = models.TextField(primary_key=True)
    path = models.TextField()

    class Meta:
        """A plain table."""

        db_table = "registry_household"


class Person(models.Model):
    """Someone known to the response, as an id with what is needed to count and to place them."""

    id = models.TextField(primary_key=True)
    source = models.TextField()
    code = models.TextField()
    sex = models.TextField(null=True)  # noqa: DJ001
    birth_on = models.DateField(null=True)
    age_years = models.FloatField(null=True)
    residence = models.TextField(null=True)  # noqa: DJ001 (a path, as are the next two)
    stay = models.TextField(null=True)  # noqa: DJ001
    office = models.TextField(null=True)  # noqa: DJ001
    household = models.TextField(null=True)  # noqa: DJ001
    occupation = models.TextField(null=True)  # noqa: DJ001
    canonical = models.TextField()  # the id under which this person's records are joined
    registered_at = models.BigIntegerField()

    class Meta:
        """Found by code, household, place and the person they were merged into."""

        db_table = "registry_person"
        indexes = (
            models.Index(fields=["source", "code"], name="person_code"),
            models.Index(fields=["household"], name="person_household"),
            models.Index(fields=["office", "id"], name="person_office"),
            models.Index(fields=["canonical"], name="person_canonical"),
            models.Index(fields=["code"], name="person_any_code"),
        )


class ToldApart(models.Model):
    """Two alike records that are two people."""

    pk = models.CompositePrimaryKey("one", "other")
    one = models.TextField()
    other = models.TextField()

    class Meta:
        """Once each."""

        db_table = "registry_told_apart"
        indexes = (models.Index(fields=["other"], name="told_apart_other"),)


class Erased(models.Model):
    """Someone whose identity was erased; a register loaded later must not bring it back."""

    person = models.TextField(primary_key=True)

    class Meta:
        """A plain table."""

        db_table = "registry_erased"


class LoadedFile(models.Model):
    """A register's file whose people lie in columns beside the log."""

    sha256 = models.TextField(primary_key=True)
    source = models.TextField()
    people = models.BigIntegerField()
    path = models.TextField(null=True)  # noqa: DJ001
    loaded_at = models.BigIntegerField()

    class Meta:
        """A plain table."""

        db_table = "registry_loaded_file"


class Identity(models.Model):
    """Who a person is, sealed with the person's own key. Without the key the row is noise."""

    beside: ClassVar[bool] = True

    person = models.TextField(primary_key=True)
    wrapped_key = models.TextField(null=True)  # noqa: DJ001 (null: destroyed)
    sealed = models.TextField()

    class Meta:
        """Found by person."""

        db_table = "registry_identity"


class BlindValue(models.Model):
    """A keyed hash of an identity's value: for exact look-up, and for blocks of alike names."""

    beside: ClassVar[bool] = True

    kind = models.TextField()
    value = models.BigIntegerField()
    person = models.TextField()

    class Meta:
        """Found by value."""

        db_table = "registry_blind_value"
        indexes = (
            models.Index(fields=["kind", "value", "person"], name="blind_value"),
            models.Index(fields=["person"], name="blind_person"),
        )


class KeptFile(models.Model):
    """An attachment: its name is sealed, its content lies encrypted under RINGFENCE_HOME."""

    beside: ClassVar[bool] = True

    id = models.TextField(primary_key=True)
    about = models.TextField()
    sealed_name = models.TextField()
    media_type = models.TextField()
    bytes = models.BigIntegerField()
    kept_at = models.BigIntegerField()

    class Meta:
        """Found by what it is about."""

        db_table = "registry_kept_file"
        indexes = (models.Index(fields=["about"], name="kept_file_about"),)


class View(models.Model):
    """An account's saved view of a list."""

    pk = models.CompositePrimaryKey("account", "listed", "name")
    account = models.TextField()
    listed = models.TextField()
    name = models.TextField()
    asked = models.TextField()

    class Meta:
        """One for each name."""

        db_table = "registry_view"
