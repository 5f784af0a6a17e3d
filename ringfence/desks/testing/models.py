"""The testing desk's memory: rounds, sites, tubes, boxes, laboratories and holds. Moments are microseconds UTC."""

from __future__ import annotations

from django.db import models

from ringfence.desks.testing.laboratory_models import (
    Laboratory,
    LaboratoryHour,
    LaboratoryWait,
    Plate,
    ResultsFile,
    Stray,
)

NOT_CLEAR = ("positive", "unclear", "invalid")

__all__ = (
    "AboutLine",
    "Box",
    "Cover",
    "Excuse",
    "Flag",
    "Flow",
    "Found",
    "Hold",
    "Laboratory",
    "LaboratoryHour",
    "LaboratoryWait",
    "Member",
    "Plate",
    "PoolSize",
    "ResultsFile",
    "Round",
    "Site",
    "Slot",
    "Stray",
    "Trip",
    "Tube",
)


class Round(models.Model):
    """Everybody on the roster of an area, once, by a deadline."""

    id = models.TextField(primary_key=True)
    seq = models.BigIntegerField(unique=True)  # the line that opened it: how tubes' people name it
    outbreak = models.TextField()
    path = models.TextField()
    number = models.IntegerField()
    title = models.TextField()
    campaign = models.TextField()
    groups = models.TextField()
    pool_size = models.IntegerField()
    opened_at = models.BigIntegerField()
    due_at = models.BigIntegerField()
    closed_at = models.BigIntegerField(null=True)
    counted = models.BooleanField(default=True)

    class Meta:
        """By outbreak and place, newest first."""

        db_table = "testing_round"
        indexes = (models.Index(fields=["outbreak", "path", "seq"], name="round_list"),)


class Cover(models.Model):
    """How many of a round's roster live in a cell and how many of them gave a swab; a cell outside it has no roster."""

    pk = models.CompositePrimaryKey("round", "path")
    round = models.TextField()
    path = models.TextField()
    people = models.IntegerField(default=0)
    swabbed = models.IntegerField(default=0)
    excused = models.IntegerField(default=0)

    class Meta:
        """One for each key."""

        db_table = "testing_cover"


class PoolSize(models.Model):
    """How many share a tube in a part of a round's area."""

    pk = models.CompositePrimaryKey("round", "path")
    round = models.TextField()
    path = models.TextField()
    size = models.IntegerField()
    zone = models.TextField()

    class Meta:
        """One for each key."""

        db_table = "testing_pool_size"


class Excuse(models.Model):
    """Who of a roster is not to be tested, and why."""

    pk = models.CompositePrimaryKey("round", "person")
    round = models.TextField()
    person = models.TextField()
    path = models.TextField()
    reason = models.TextField()

    class Meta:
        """By place."""

        db_table = "testing_excuse"
        indexes = (models.Index(fields=["round", "path", "person"], name="excuse_place"),)


class Site(models.Model):
    """A place that takes swabs."""

    id = models.TextField(primary_key=True)
    path = models.TextField()
    lanes = models.IntegerField()
    swabs_per_hour = models.IntegerField()
    serves = models.TextField()  # paths
    separate_lane = models.BooleanField()
    mobile = models.BooleanField()
    opens_at = models.BigIntegerField(null=True)
    closes_at = models.BigIntegerField(null=True)
    slot_minutes = models.IntegerField(null=True)
    queue = models.IntegerField(null=True)
    queue_lanes = models.IntegerField(null=True)
    queue_at = models.BigIntegerField(null=True)
    closed = models.BooleanField(default=False)

    class Meta:
        """By place."""

        db_table = "testing_site"
        indexes = (models.Index(fields=["closed", "path", "id"], name="site_place"),)


class Slot(models.Model):
    """Who was asked to a site, and when."""

    pk = models.CompositePrimaryKey("site", "begins_at", "about")
    site = models.TextField()
    round = models.TextField()
    about = models.TextField()
    begins_at = models.BigIntegerField()
    people = models.IntegerField()

    class Meta:
        """By site and time."""

        db_table = "testing_slot"


class Tube(models.Model):
    """A tube on its way; `seq` is the line that sealed it."""

    seq = models.BigIntegerField(primary_key=True)
    id = models.TextField(unique=True)
    code = models.TextField()
    round = models.TextField(null=True)  # noqa: DJ001
    outbreak = models.TextField()
    site = models.TextField()
    path = models.TextField()  # of the site
    people = models.TextField()  # ids, apart by a space
    n = models.IntegerField()
    cells = models.TextField()  # path=people, apart by a space
    alone = models.BooleanField()
    lane = models.TextField()
    station = models.TextField()
    told_by = models.TextField()
    sealed_at = models.BigIntegerField()
    stage = models.TextField()  # sealed, packed, underway, received, read, voided
    since = models.BigIntegerField()
    box = models.TextField(null=True)  # noqa: DJ001
    laboratory = models.TextField(null=True)  # noqa: DJ001
    plate = models.TextField(null=True)  # noqa: DJ001
    received_at = models.BigIntegerField(null=True)
    result = models.TextField(null=True)  # noqa: DJ001
    ct = models.FloatField(null=True)
    read_at = models.BigIntegerField(null=True)

    class Meta:
        """What waits at a site, what waits in a laboratory, and what is not negative."""

        db_table = "testing_tube"
        indexes = (
            models.Index(fields=["site", "stage", "since"], name="tube_site"),
            models.Index(fields=["laboratory", "since"], name="tube_waiting", condition=models.Q(stage="received")),
            models.Index(
                fields=["outbreak", "read_at", "seq"], name="tube_found", condition=models.Q(result__in=NOT_CLEAR)
            ),
            models.Index(fields=["box"], name="tube_box", condition=models.Q(box__isnull=False)),
            models.Index(fields=["plate"], name="tube_plate", condition=models.Q(plate__isnull=False)),
        )


class Member(models.Model):
    """Which tubes a person's swabs are in: the first 63 bits of the person's id, the round's line and the tube's."""

    pk = models.CompositePrimaryKey("person", "round", "tube")
    person = models.BigIntegerField()
    round = models.BigIntegerField()  # 0 outside a round
    tube = models.BigIntegerField()

    class Meta:
        """One for each key."""

        db_table = "testing_member"


class Flow(models.Model):
    """How many tubes and people came to a stage and left it, by round, place and hour; at the site's place and each above it."""

    pk = models.CompositePrimaryKey("round", "path", "stage", "hour")
    round = models.TextField()
    path = models.TextField()
    stage = models.TextField()
    hour = models.BigIntegerField()  # since 1970
    came = models.IntegerField(default=0)
    went = models.IntegerField(default=0)
    people_came = models.IntegerField(default=0)
    people_went = models.IntegerField(default=0)

    class Meta:
        """One for each key."""

        db_table = "testing_flow"


class Box(models.Model):
    """A box of tubes on its way."""

    id = models.TextField(primary_key=True)
    seq = models.BigIntegerField()
    code = models.TextField()
    site = models.TextField()
    path = models.TextField()
    outbreak = models.TextField(null=True)  # noqa: DJ001
    tubes = models.IntegerField()
    state = models.TextField()  # packed, underway, received
    packed_at = models.BigIntegerField()
    trip = models.TextField(null=True)  # noqa: DJ001
    left_at = models.BigIntegerField(null=True)
    laboratory = models.TextField(null=True)  # noqa: DJ001
    received_at = models.BigIntegerField(null=True)
    late = models.BooleanField(default=False)
    missing = models.IntegerField(default=0)
    leaking = models.IntegerField(default=0)
    extra = models.IntegerField(default=0)
    unlabelled = models.IntegerField(default=0)

    class Meta:
        """What is under way, oldest first; what a site sent; what a laboratory took in."""

        db_table = "testing_box"
        indexes = (
            models.Index(fields=["state", "packed_at", "path"], name="box_state"),
            models.Index(fields=["site", "packed_at"], name="box_site"),
            models.Index(fields=["laboratory", "received_at"], name="box_lab"),
            models.Index(fields=["trip"], name="box_trip"),
        )


class Trip(models.Model):
    """A vehicle's way to a laboratory."""

    id = models.TextField(primary_key=True)
    vehicle = models.TextField()
    laboratory = models.TextField()
    begun_at = models.BigIntegerField()
    expected_at = models.BigIntegerField(null=True)
    arrived_at = models.BigIntegerField(null=True)

    class Meta:
        """By laboratory and time."""

        db_table = "testing_trip"
        indexes = (models.Index(fields=["laboratory", "begun_at"], name="trip_lab"),)


class Hold(models.Model):
    """Somebody who stays apart until their own swab is read."""

    pk = models.CompositePrimaryKey("person", "pool")
    person = models.TextField()
    pool = models.TextField()
    outbreak = models.TextField()
    path = models.TextField()  # of the person, else of the site
    held_at = models.BigIntegerField()
    until = models.BigIntegerField()
    state = models.TextField()  # held, swabbed, released, found
    own_tube = models.TextField(null=True)  # noqa: DJ001
    ended_at = models.BigIntegerField(null=True)
    reason = models.TextField(null=True)  # noqa: DJ001

    class Meta:
        """By pool; those in force by place and by their end."""

        db_table = "testing_hold"
        indexes = (
            models.Index(fields=["pool"], name="hold_pool"),
            models.Index(fields=["ended_at", "path", "held_at"], name="hold_place"),
            models.Index(fields=["outbreak", "until"], name="hold_until", condition=models.Q(ended_at__isnull=True)),
            models.Index(fields=["outbreak", "state", "held_at", "path"], name="hold_state"),
        )


class Found(models.Model):
    """Somebody whose own tube was positive."""

    pk = models.CompositePrimaryKey("person", "tube")
    person = models.TextField()
    tube = models.TextField()
    outbreak = models.TextField()
    path = models.TextField()
    round = models.TextField(null=True)  # noqa: DJ001
    pool = models.TextField(null=True)  # noqa: DJ001
    at = models.BigIntegerField()
    ct = models.FloatField(null=True)
    mended = models.BooleanField(default=False)

    class Meta:
        """By outbreak, newest first."""

        db_table = "testing_found"
        indexes = (models.Index(fields=["outbreak", "at", "path"], name="found_list"),)


class Flag(models.Model):
    """A laboratory out of line, a silent clock, a stop rule met: what the desk wants looked at."""

    pk = models.CompositePrimaryKey("about", "what")
    about = models.TextField()
    what = models.TextField()
    seq = models.BigIntegerField()
    path = models.TextField()
    at = models.BigIntegerField()

    class Meta:
        """One for each key."""

        db_table = "testing_flag"
        indexes = (models.Index(fields=["path", "at"], name="flag_place"),)


class AboutLine(models.Model):
    """Which lines of the log are about a tube or a box, beside the one that began it."""

    pk = models.CompositePrimaryKey("about", "seq")
    about = models.TextField()
    seq = models.BigIntegerField()

    class Meta:
        """In order."""

        db_table = "testing_line"
