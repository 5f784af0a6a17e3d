"""The testing desk's memory of laboratories: what they read by the hour, plates, files and results without a tube."""

from __future__ import annotations

from django.db import models


class Laboratory(models.Model):
    """A laboratory that takes part."""

    id = models.TextField(primary_key=True)
    path = models.TextField()
    tubes_per_hour = models.IntegerField()
    mobile = models.BooleanField()
    from_at = models.BigIntegerField(null=True)
    until_at = models.BigIntegerField(null=True)

    class Meta:
        """By place."""

        db_table = "testing_laboratory"
        indexes = (models.Index(fields=["path", "id"], name="laboratory_place"),)


class LaboratoryHour(models.Model):
    """What a laboratory took in and read, by hour."""

    pk = models.CompositePrimaryKey("laboratory", "hour")
    laboratory = models.TextField()
    hour = models.BigIntegerField()
    received = models.IntegerField(default=0)
    negative = models.IntegerField(default=0)
    positive = models.IntegerField(default=0)
    unclear = models.IntegerField(default=0)
    invalid = models.IntegerField(default=0)
    minutes = models.BigIntegerField(default=0)  # from receipt to result, together
    timed = models.IntegerField(default=0)  # tubes that these minutes are of
    came = models.IntegerField(default=0)  # tubes that began to wait for their result here
    went = models.IntegerField(default=0)  # tubes that wait no more: read, void or moved

    class Meta:
        """One for each key."""

        db_table = "testing_laboratory_hour"


class LaboratoryWait(models.Model):
    """How many tubes waited how long from receipt to result, by the hour in which they were read."""

    pk = models.CompositePrimaryKey("laboratory", "hour", "quarters")
    laboratory = models.TextField()
    hour = models.BigIntegerField()
    quarters = models.IntegerField()  # of an hour, begun
    tubes = models.IntegerField()

    class Meta:
        """One for each key."""

        db_table = "testing_laboratory_wait"


class Plate(models.Model):
    """A plate and its run."""

    id = models.TextField(primary_key=True)
    laboratory = models.TextField()
    loaded_at = models.BigIntegerField()
    run_at = models.BigIntegerField(null=True)
    valid = models.BooleanField(null=True)
    instrument = models.TextField(default="")
    negative_control_ct = models.FloatField(null=True)
    positive_control_ct = models.FloatField(null=True)

    class Meta:
        """By laboratory and time."""

        db_table = "testing_plate"
        indexes = (models.Index(fields=["laboratory", "loaded_at"], name="plate_lab"),)


class ResultsFile(models.Model):
    """A laboratory's file that was read in: `seq` is the line that says so."""

    seq = models.BigIntegerField(primary_key=True)
    sha256 = models.TextField()
    laboratory = models.TextField()
    path = models.TextField()
    at = models.BigIntegerField()
    rows = models.IntegerField()
    new = models.IntegerField()
    unchanged = models.IntegerField()
    corrected = models.IntegerField()
    stray = models.IntegerField()
    refused = models.IntegerField()

    class Meta:
        """By laboratory and time; by file."""

        db_table = "testing_results_file"
        indexes = (
            models.Index(fields=["laboratory", "at"], name="results_lab"),
            models.Index(fields=["sha256", "laboratory"], name="results_sha"),
        )


class Stray(models.Model):
    """A result that came before anybody handed its tube in."""

    tube = models.TextField(primary_key=True)
    code = models.TextField()
    laboratory = models.TextField()
    path = models.TextField()
    outbreak = models.TextField()
    result = models.TextField()
    ct = models.FloatField(null=True)
    at = models.BigIntegerField()
    matched_at = models.BigIntegerField(null=True)

    class Meta:
        """Those still waiting, by place."""

        db_table = "testing_stray"
        indexes = (models.Index(fields=["matched_at", "path", "at"], name="stray_waiting"),)
