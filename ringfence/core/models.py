"""The engine's tables. Only `core` writes them; nothing ever changes a line of the log or a seal."""

from __future__ import annotations

from django.db import models


class LogLine(models.Model):
    """One fact, as heard. Moments are microseconds since 1970 UTC."""

    seq = models.BigIntegerField(primary_key=True)
    kind = models.TextField()
    at = models.BigIntegerField()
    heard_at = models.BigIntegerField()
    told_by = models.TextField()
    because = models.BigIntegerField(null=True)
    outbreak = models.TextField(null=True)  # noqa: DJ001 (absent is not empty)
    jurisdiction = models.TextField(null=True)  # noqa: DJ001
    pack = models.TextField(null=True)  # noqa: DJ001
    body = models.TextField()

    class Meta:
        """Found by place, by cause and by kind."""

        db_table = "log"
        indexes = (
            models.Index(fields=["because"], name="log_because"),
            models.Index(fields=["kind", "seq"], name="log_kind"),
            models.Index(fields=["jurisdiction", "seq"], name="log_place"),
        )


class Seal(models.Model):
    """A signed Merkle root over a run of log lines, linked to the seal before it."""

    n = models.BigIntegerField(primary_key=True)
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    root = models.TextField()
    previous = models.TextField()
    marks = models.TextField()  # the first 8 bytes of each line's hash, so that a changed line can be named
    sealed_at = models.BigIntegerField()
    signature = models.TextField()

    class Meta:
        """One after another."""

        db_table = "seal"


class HandIn(models.Model):
    """One action told: its key, and where its facts lie in the log, so that telling again gives the same answer."""

    key = models.TextField(primary_key=True)
    action = models.TextField()
    told_by = models.TextField()
    told_digest = models.TextField()
    batch = models.TextField(null=True)  # noqa: DJ001
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    heard_at = models.BigIntegerField()

    class Meta:
        """Found by key and by batch."""

        db_table = "hand_in"
        indexes = (models.Index(fields=["batch", "first_seq"], name="hand_in_batch"),)


class Quarantine(models.Model):
    """What could not be accepted, kept as it came, until a person has dealt with it."""

    door = models.TextField()
    code = models.TextField()
    content = models.TextField()
    told_by = models.TextField()
    heard_at = models.BigIntegerField()
    settled_at = models.BigIntegerField(null=True)

    class Meta:
        """Open ones first."""

        db_table = "quarantine"
        indexes = (
            models.Index(fields=["settled_at", "heard_at"], name="quarantine_open"),
            models.Index(fields=["door"], name="quarantine_door"),
        )
