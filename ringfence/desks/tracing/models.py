"""The tracing desk's memory: cases with their window, contacts, who met whom, and the days of follow-up.

Moments are microseconds UTC, days are dates. Visits are no part of it: they lie in files beside the log.
"""

from __future__ import annotations

from django.db import models


class Source(models.Model):
    """A case as the tracing desk needs it: since when it infects, what became of the search, and how it was known before."""

    case = models.TextField(primary_key=True)
    seq = models.BigIntegerField()  # the line that confirmed it first
    outbreak = models.TextField()
    path = models.TextField()
    person = models.TextField()
    classification = models.TextField()
    confirmed = models.BooleanField()
    infectious_from = models.BigIntegerField()
    infectious_until = models.BigIntegerField(null=True)
    confirmed_at = models.BigIntegerField()
    positive_at = models.BigIntegerField(null=True)
    searched_at = models.BigIntegerField(null=True)
    search = models.TextField(default="none")  # none, done, left_open
    search_reason = models.TextField(default="")
    searched_from = models.BigIntegerField(null=True)  # the window that was searched
    searched_until = models.BigIntegerField(null=True)
    again = models.BooleanField(default=False)  # visits of its window were loaded since it was searched
    contacts = models.IntegerField(default=0)  # links of first order
    listed_at = models.BigIntegerField(null=True)  # first contact listed
    linked = models.BooleanField(default=False)  # it has a known infector, or was a known contact
    was_contact = models.TextField(null=True)  # noqa: DJ001 (its own record as a contact)
    was_quarantined = models.BooleanField(default=False)  # as a contact, before the diagnosis
    met_case = models.TextField(null=True)  # noqa: DJ001 (whose contact it was)
    category = models.TextField(default="")  # of the link by which it was known

    class Meta:
        """By outbreak and place, newest first."""

        db_table = "tracing_source"
        indexes = (
            models.Index(fields=["outbreak", "confirmed", "seq", "path"], name="source_list"),
            models.Index(fields=["outbreak", "search", "seq"], name="source_search"),
            models.Index(fields=["person", "outbreak"], name="source_person"),
            models.Index(fields=["outbreak", "seq"], name="source_again", condition=models.Q(again=True)),
        )


class Exposure(models.Model):
    """A place that a case told of having been at while infectious, to be searched too."""

    id = models.TextField(primary_key=True)
    case = models.TextField()
    place = models.TextField()
    begins_at = models.BigIntegerField()
    ends_at = models.BigIntegerField()
    kind = models.TextField()
    certainty = models.TextField()

    class Meta:
        """By case."""

        db_table = "tracing_exposure"
        indexes = (models.Index(fields=["case", "begins_at"], name="exposure_of_case"),)


class Search(models.Model):
    """Who searched for whose contacts, in which window, and why; whom they found is not here."""

    seq = models.BigIntegerField(primary_key=True)
    case = models.TextField(null=True)  # noqa: DJ001 (None: at the command line, for none)
    outbreak = models.TextField(null=True)  # noqa: DJ001
    path = models.TextField()
    person = models.TextField()
    begins_at = models.BigIntegerField()
    ends_at = models.BigIntegerField()
    order = models.IntegerField()
    minutes = models.IntegerField(null=True)
    kinds = models.TextField()  # space between
    close = models.IntegerField(null=True)
    cap = models.IntegerField(null=True)
    purpose = models.TextField()
    named = models.IntegerField()
    at = models.BigIntegerField()
    told_by = models.TextField()

    class Meta:
        """Newest first."""

        db_table = "tracing_search"
        indexes = (models.Index(fields=["outbreak", "seq"], name="search_list"),)


class Infector(models.Model):
    """Who may have infected a case, as somebody named them."""

    pk = models.CompositePrimaryKey("case", "infector")
    case = models.TextField()
    infector = models.TextField()

    class Meta:
        """Once each."""

        db_table = "tracing_infector"


class Contact(models.Model):
    """A person as a contact in an outbreak: one row however many cases they met."""

    id = models.TextField(primary_key=True)
    seq = models.BigIntegerField()  # the line that listed it: the order of lists
    outbreak = models.TextField()
    person = models.TextField()
    household = models.TextField(null=True)  # noqa: DJ001
    path = models.TextField()  # who answers for them
    away = models.BooleanField(default=False)  # handed over to another place
    from_path = models.TextField(default="")  # who handed them over
    closeness = models.TextField()  # the nearest of their links, or as a person set it
    set_by_hand = models.BooleanField(default=False)
    category = models.TextField()  # of the link with most minutes
    minutes = models.IntegerField(default=0)
    links = models.IntegerField(default=0)  # cases and contacts met
    first_case = models.TextField(null=True)  # noqa: DJ001 (of the earliest link)
    first_at = models.BigIntegerField(null=True)  # first exposure
    last_at = models.BigIntegerField(null=True)  # last exposure
    state = models.TextField()  # listed, reached, closed
    alive = models.BooleanField(default=True)  # followed up, not closed
    listed_at = models.BigIntegerField()
    reached_at = models.BigIntegerField(null=True)
    tries = models.IntegerField(default=0)
    tried_at = models.BigIntegerField(null=True)
    tried_reason = models.TextField(default="")
    stay = models.TextField(null=True)  # noqa: DJ001 (central, home, hospital: kept apart now)
    quarantined_at = models.BigIntegerField(null=True)
    quarantined_until = models.BigIntegerField(null=True)
    until_at = models.BigIntegerField(null=True)  # the follow-up ends by itself
    test_on = models.TextField(default="")  # days of the protocol still to come, ISO, space between
    next_test_on = models.DateField(null=True)  # the first of them
    swab_on = models.DateField(null=True)  # the first of them for which nobody was sent yet
    tested = models.TextField(default="")  # what the newest swab of the protocol said; waiting: it is not read yet
    due_on = models.DateField(null=True)  # the first day neither heard of nor counted missed
    heard_on = models.DateField(null=True)  # the newest day reported
    missed = models.IntegerField(default=0)  # days not heard of
    missed_in_row = models.IntegerField(default=0)
    symptoms_on = models.DateField(null=True)
    case = models.TextField(null=True)  # noqa: DJ001 (what they became)
    reported = models.TextField(null=True)  # noqa: DJ001 (reported as this case, sure or not)
    closed_at = models.BigIntegerField(null=True)
    closed_reason = models.TextField(default="")

    class Meta:
        """Lists by place and state, newest first; days to be asked about by when they were heard of last."""

        db_table = "tracing_contact"
        indexes = (
            models.Index(fields=["outbreak", "alive", "seq", "path"], name="contact_list"),
            models.Index(fields=["outbreak", "path", "alive", "seq"], name="contact_place"),
            models.Index(fields=["outbreak", "closeness", "alive", "seq", "path"], name="contact_closeness"),
            models.Index(fields=["outbreak", "state", "seq", "path"], name="contact_state"),
            models.Index(fields=["person", "outbreak"], name="contact_person"),
            models.Index(fields=["household", "outbreak"], name="contact_household"),
            models.Index(fields=["reported"], name="contact_reported"),
            models.Index(fields=["alive", "outbreak", "until_at"], name="contact_until"),
            models.Index(fields=["alive", "outbreak", "due_on", "path", "id"], name="contact_due"),
            models.Index(fields=["outbreak", "alive", "path", "id", "due_on", "heard_on"], name="contact_ask"),
            models.Index(fields=["alive", "outbreak", "next_test_on", "path"], name="contact_test"),
            models.Index(fields=["alive", "outbreak", "swab_on", "path"], name="contact_swab"),
            models.Index(fields=["outbreak", "quarantined_until", "path"], name="contact_freed"),
            models.Index(fields=["outbreak", "category", "alive", "seq", "path"], name="contact_category"),
            # these are true of few at a time: lists of them keep to the rows that they are true of
            models.Index(
                fields=["outbreak", "alive", "seq", "path"],
                condition=models.Q(symptoms_on__isnull=False),
                name="contact_ill",
            ),
            models.Index(
                fields=["outbreak", "seq", "path"], condition=models.Q(case__isnull=False), name="contact_became"
            ),
            models.Index(
                fields=["outbreak", "alive", "seq", "path"],
                condition=models.Q(missed_in_row__gt=0),
                name="contact_missed",
            ),
            models.Index(
                fields=["outbreak", "alive", "seq", "path"],
                condition=models.Q(stay__isnull=False),
                name="contact_kept_apart",
            ),
        )


class Link(models.Model):
    """A contact met a case, or (second order) a contact of one: directed, many to many."""

    pk = models.CompositePrimaryKey("contact", "met", "case", "evidence")
    contact = models.TextField()
    met = models.TextField()  # the person met
    case = models.TextField()  # the case that the chain leads to; empty where none is known
    evidence = models.TextField()
    outbreak = models.TextField()
    order = models.IntegerField()
    closeness = models.TextField()
    category = models.TextField()
    certainty = models.TextField()
    minutes = models.IntegerField()
    encounters = models.IntegerField()
    first_at = models.BigIntegerField(null=True)
    last_at = models.BigIntegerField(null=True)
    protection = models.TextField(default="")
    struck = models.BooleanField(default=False)
    seq = models.BigIntegerField()

    class Meta:
        """By case, closest first; by contact."""

        db_table = "tracing_link"
        indexes = (
            models.Index(fields=["case", "struck", "order", "seq"], name="link_case"),
            models.Index(fields=["met", "outbreak"], name="link_met"),
        )


class Day(models.Model):
    """How a contact was on a day, or that nobody heard."""

    pk = models.CompositePrimaryKey("contact", "on")
    contact = models.TextField()
    on = models.DateField()
    missed = models.BooleanField()
    symptoms = models.TextField(default="")
    temp_c = models.FloatField(null=True)
    channel = models.TextField(default="")
    tube = models.TextField(default="")
    result = models.TextField(default="")
    seq = models.BigIntegerField()

    class Meta:
        """By contact; by the tube whose result is waited for."""

        db_table = "tracing_day"
        indexes = (models.Index(fields=["tube"], name="day_tube", condition=~models.Q(tube="")),)


class Errand(models.Model):
    """A task about a contact, as far as this desk needs it: what somebody has to do for them, and by when."""

    task = models.TextField(primary_key=True)
    contact = models.TextField()
    kind = models.TextField()  # reach_contact, quarantine_contact, visit_contact, swab_contact
    key = models.TextField()
    outbreak = models.TextField()
    path = models.TextField()
    due_at = models.BigIntegerField()
    alive = models.BooleanField()
    seq = models.BigIntegerField()

    class Meta:
        """By contact; those still to be done by kind and deadline."""

        db_table = "tracing_errand"
        indexes = (
            models.Index(fields=["contact", "alive"], name="errand_contact"),
            models.Index(fields=["outbreak", "kind", "alive", "due_at", "task", "path"], name="errand_due"),
            models.Index(fields=["outbreak", "path", "kind", "alive", "due_at"], name="errand_place"),
        )


class Attempt(models.Model):
    """A try to speak to a contact."""

    seq = models.BigIntegerField(primary_key=True)
    contact = models.TextField()
    at = models.BigIntegerField()
    channel = models.TextField()
    reason = models.TextField()

    class Meta:
        """By contact."""

        db_table = "tracing_attempt"
        indexes = (models.Index(fields=["contact", "seq"], name="attempt_contact"),)


class ReportLink(models.Model):
    """A link by which a household tells of its days."""

    id = models.TextField(primary_key=True)
    seq = models.BigIntegerField()
    outbreak = models.TextField()
    contacts = models.TextField()  # ids, space between
    path = models.TextField()  # who answers for the first of them
    given_at = models.BigIntegerField()
    until_at = models.BigIntegerField()
    withdrawn = models.BooleanField(default=False)

    class Meta:
        """A plain table."""

        db_table = "tracing_report_link"


class ReportFor(models.Model):
    """For whom a link tells."""

    pk = models.CompositePrimaryKey("contact", "link")
    contact = models.TextField()
    link = models.TextField()

    class Meta:
        """By contact."""

        db_table = "tracing_report_for"


class Heard(models.Model):
    """How many contacts were due to be heard of on a day, and were not, kept at each place and at all above it."""

    pk = models.CompositePrimaryKey("outbreak", "path", "on")
    outbreak = models.TextField()
    path = models.TextField()
    on = models.DateField()
    heard = models.IntegerField()
    missed = models.IntegerField()

    class Meta:
        """One for each key."""

        db_table = "tracing_heard"


class Count(models.Model):
    """How many contacts are at each step, kept at each place and at all above it."""

    pk = models.CompositePrimaryKey("outbreak", "path", "closeness", "step")
    outbreak = models.TextField()
    path = models.TextField()
    closeness = models.TextField()
    step = models.TextField()  # listed, reached, quarantined, became_case, completed, closed
    n = models.IntegerField()

    class Meta:
        """One for each key."""

        db_table = "tracing_count"


class ContactLine(models.Model):
    """Which lines of the log are about a contact."""

    pk = models.CompositePrimaryKey("contact", "seq")
    contact = models.TextField()
    seq = models.BigIntegerField()

    class Meta:
        """By contact, in order."""

        db_table = "tracing_line"
