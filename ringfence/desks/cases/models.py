"""The cases desk's memory: the line list and what hangs on each case. Moments are microseconds UTC, days are dates."""

from __future__ import annotations

from django.db import models


class Case(models.Model):
    """One row of the line list."""

    id = models.TextField(primary_key=True)
    seq = models.BigIntegerField(unique=True)  # the line that reported it: the order of the list
    number = models.IntegerField()  # within its outbreak
    outbreak = models.TextField()
    person = models.TextField()
    jurisdiction = models.TextField()
    path = models.TextField()
    residence = models.TextField(null=True)  # noqa: DJ001
    stay = models.TextField(null=True)  # noqa: DJ001
    code = models.TextField()
    source = models.TextField()
    classification = models.TextField()
    sex = models.TextField(null=True)  # noqa: DJ001
    age_years = models.FloatField(null=True)
    facility = models.TextField(null=True)  # noqa: DJ001
    found_by = models.TextField(null=True)  # noqa: DJ001
    imported = models.BooleanField(null=True)
    quarantined_before = models.BooleanField(null=True)
    cluster = models.TextField(null=True)  # noqa: DJ001
    onset_on = models.DateField(null=True)
    positive_on = models.DateField(null=True)
    reported_on = models.DateField(null=True)
    admitted_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    outcome = models.TextField(null=True)  # noqa: DJ001 (recovered, discharged, died)
    listed_on = models.DateField()  # the day of the report
    listed_at = models.BigIntegerField()  # when the report happened in the world
    found_at = models.BigIntegerField(null=True)  # the earliest positive or diagnosis: the reporting clock starts
    report_due_at = models.BigIntegerField(null=True)
    reported_at = models.BigIntegerField(null=True)
    investigation = models.TextField(default="none")  # none, open, done
    officer = models.TextField(null=True)  # noqa: DJ001
    completeness = models.FloatField(default=0)
    set_aside = models.BooleanField(default=False)

    class Meta:
        """Listed newest first, in whole outbreaks or by place, class, onset or number."""

        db_table = "cases_case"
        indexes = (
            models.Index(fields=["outbreak", "set_aside", "seq", "path"], name="case_list"),
            models.Index(fields=["outbreak", "set_aside", "path", "seq"], name="case_place"),
            models.Index(fields=["outbreak", "set_aside", "classification", "seq", "path"], name="case_class"),
            models.Index(fields=["outbreak", "set_aside", "onset_on", "seq", "path"], name="case_onset"),
            models.Index(
                fields=["outbreak", "set_aside", "reported_on", "seq", "path", "quarantined_before", "classification"],
                name="case_reported",  # covers the newest community day
            ),
            models.Index(fields=["outbreak", "set_aside", "investigation", "seq", "path"], name="case_investigation"),
            models.Index(fields=["outbreak", "set_aside", "cluster", "seq", "path"], name="case_cluster"),
            models.Index(fields=["outbreak", "set_aside", "found_by", "seq", "path"], name="case_found_by"),
            models.Index(fields=["outbreak", "set_aside", "outcome", "seq", "path"], name="case_outcome"),
            models.Index(
                fields=["outbreak", "set_aside", "seq", "path"],
                name="case_late",
                condition=models.Q(report_due_at__isnull=False),
            ),
            models.Index(
                fields=["outbreak", "set_aside", "seq", "path"],
                name="case_unreported",
                condition=models.Q(found_at__isnull=False, reported_at__isnull=True),
            ),
            models.Index(fields=["outbreak", "code"], name="case_outbreak_code"),
            models.Index(fields=["outbreak", "number"], name="case_number"),
            models.Index(fields=["source", "code"], name="case_code"),
            models.Index(fields=["person"], name="case_person"),
        )


class CaseCount(models.Model):
    """How many cases an outbreak has had: the next case's number."""

    outbreak = models.TextField(primary_key=True)
    n = models.IntegerField()

    class Meta:
        """A plain table."""

        db_table = "cases_count"


class DayCount(models.Model):
    """Cases by place, day and class, kept at each place and at all above it: the curve of a nation is one range of keys."""

    pk = models.CompositePrimaryKey("outbreak", "event", "path", "day", "classification")
    outbreak = models.TextField()
    event = models.TextField()  # onset, positive, reported, listed
    path = models.TextField()
    day = models.DateField()
    classification = models.TextField()
    n = models.IntegerField()

    class Meta:
        """One for each key."""

        db_table = "cases_day_count"


class CaseLine(models.Model):
    """Which lines of the log are about a case: its history without scanning."""

    pk = models.CompositePrimaryKey("case_id", "seq")
    case_id = models.TextField()
    seq = models.BigIntegerField()

    class Meta:
        """By case, in order."""

        db_table = "cases_line"


class Course(models.Model):
    """A station of a case's course."""

    pk = models.CompositePrimaryKey("case_id", "event")
    case_id = models.TextField()
    event = models.TextField()
    day = models.DateField()
    moment = models.BigIntegerField(null=True)
    seq = models.BigIntegerField()

    class Meta:
        """One of each."""

        db_table = "cases_course"


class Confirmed(models.Model):
    """What was told last of a case's being an infection; moments in microseconds UTC."""

    case_id = models.TextField(primary_key=True)
    classification = models.TextField()
    infectious_from = models.BigIntegerField()
    infectious_until = models.BigIntegerField(null=True)
    counted_from = models.TextField()
    positive_at = models.BigIntegerField(null=True)
    confirmed = models.BooleanField()  # and not taken back since

    class Meta:
        """A plain table."""

        db_table = "cases_confirmed"


class Finding(models.Model):
    """What was found of a case, as the pack's codes."""

    pk = models.CompositePrimaryKey("case_id", "finding")
    case_id = models.TextField()
    finding = models.TextField()

    class Meta:
        """Once each."""

        db_table = "cases_finding"


class Extra(models.Model):
    """A column of a line list that has no term of its own."""

    pk = models.CompositePrimaryKey("case_id", "name")
    case_id = models.TextField()
    name = models.TextField()
    value = models.TextField()

    class Meta:
        """One value each."""

        db_table = "cases_extra"


class Interview(models.Model):
    """The newest answers to a form; earlier ones are in the log."""

    pk = models.CompositePrimaryKey("case_id", "form")
    case_id = models.TextField()
    form = models.TextField()
    version = models.IntegerField()
    answers = models.TextField()  # JSON
    sealed = models.TextField(null=True)  # noqa: DJ001
    completeness = models.FloatField()
    at = models.BigIntegerField()
    told_by = models.TextField()

    class Meta:
        """One for each case and form."""

        db_table = "cases_interview"


class Exposure(models.Model):
    """Where and when a case may have been infected, or was while infectious."""

    id = models.TextField(primary_key=True)
    case_id = models.TextField()
    infectious = models.BooleanField()
    begins_at = models.BigIntegerField()
    ends_at = models.BigIntegerField()
    kind = models.TextField()
    place = models.TextField(null=True)  # noqa: DJ001
    told_place = models.TextField(null=True)  # noqa: DJ001 (sealed)
    protection = models.TextField(null=True)  # noqa: DJ001
    certainty = models.TextField()

    class Meta:
        """By case."""

        db_table = "cases_exposure"
        indexes = (models.Index(fields=["case_id", "begins_at"], name="exposure_case"),)


class Link(models.Model):
    """Who may have infected whom; rivals stand side by side."""

    pk = models.CompositePrimaryKey("case_id", "infector")
    case_id = models.TextField()
    infector = models.TextField()
    certainty = models.TextField()
    setting = models.TextField()
    evidence = models.TextField()

    class Meta:
        """Once each; found from both ends."""

        db_table = "cases_link"
        indexes = (models.Index(fields=["infector"], name="link_infector"),)


class Positive(models.Model):
    """A positive result heard of, and whether a report has followed."""

    pk = models.CompositePrimaryKey("person", "outbreak")
    person = models.TextField()
    outbreak = models.TextField()
    path = models.TextField()
    jurisdiction = models.TextField()
    laboratory = models.TextField()
    at = models.BigIntegerField()
    state = models.TextField()  # waiting, reported, missed
    case_id = models.TextField(null=True)  # noqa: DJ001

    class Meta:
        """Waiting ones, the oldest first."""

        db_table = "cases_positive"
        indexes = (models.Index(fields=["outbreak", "state", "at", "path"], name="positive_at"),)


class Facility(models.Model):
    """A unit that reports every day."""

    pk = models.CompositePrimaryKey("outbreak", "facility")
    facility = models.TextField()
    outbreak = models.TextField()
    jurisdiction = models.TextField()
    path = models.TextField()
    names = models.TextField()
    last_on = models.DateField(null=True)
    heard_at = models.BigIntegerField()  # when it was last heard of, or enrolled
    silent = models.BooleanField(default=False)

    class Meta:
        """One for each outbreak; silent ones found by when they were last heard of."""

        db_table = "cases_facility"
        indexes = (models.Index(fields=["outbreak", "silent", "heard_at"], name="facility_heard"),)


class Import(models.Model):
    """A line list that was read in."""

    pk = models.CompositePrimaryKey("outbreak", "at", "sha256")
    sha256 = models.TextField()
    outbreak = models.TextField()
    rows = models.IntegerField()
    new = models.IntegerField()
    unchanged = models.IntegerField()
    refused = models.IntegerField()
    changed = models.IntegerField(default=0)
    links = models.IntegerField(default=0)
    source = models.TextField(default="")
    mapping = models.TextField(default="")
    at = models.BigIntegerField()
    told_by = models.TextField()

    class Meta:
        """Newest first."""

        db_table = "cases_import"
