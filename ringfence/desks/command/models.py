"""The command desk's memory: tasks, their history and how many each unit carries. Moments are microseconds UTC."""

from __future__ import annotations

from django.db import models


class Task(models.Model):
    """Work for a unit, with a deadline."""

    id = models.TextField(primary_key=True)
    seq = models.BigIntegerField()  # the line that set it
    kind = models.TextField()
    about = models.TextField()
    outbreak = models.TextField(null=True)  # noqa: DJ001
    path = models.TextField()
    function = models.TextField()
    unit = models.TextField(null=True)  # noqa: DJ001
    team = models.TextField(null=True)  # noqa: DJ001
    account = models.TextField(null=True)  # noqa: DJ001
    state = models.TextField()  # open, started, done, verified, dropped
    alive = models.BooleanField()  # open or started
    urgent = models.BooleanField()
    reason = models.TextField()
    set_at = models.BigIntegerField()
    due_at = models.BigIntegerField()
    next_at = models.BigIntegerField()  # when it goes up a level if it is still alive
    midnight_at = models.BigIntegerField()  # the end of the day on which it was set, where it is
    level = models.IntegerField(default=0)
    escalated_to = models.TextField(null=True)  # noqa: DJ001 (the unit that answers for it by now)
    done_at = models.BigIntegerField(null=True)
    done_by = models.TextField(null=True)  # noqa: DJ001
    evidence = models.TextField(default="")
    note = models.TextField(null=True)  # noqa: DJ001 (sealed)
    reopened = models.IntegerField(default=0)

    class Meta:
        """Inboxes by due time, in whole and by place, unit and person; escalations by when they are next due."""

        db_table = "command_task"
        indexes = (
            models.Index(fields=["alive", "due_at", "id", "path"], name="task_due"),
            models.Index(fields=["alive", "path", "due_at", "level", "midnight_at"], name="task_place"),
            models.Index(fields=["unit", "alive", "due_at", "id"], name="task_unit"),
            models.Index(fields=["account", "alive", "due_at", "id"], name="task_account"),
            models.Index(fields=["team", "alive", "due_at", "id"], name="task_team"),
            models.Index(fields=["kind", "alive", "due_at", "id", "path", "state"], name="task_kind"),
            models.Index(fields=["alive", "due_at", "id", "path"], name="task_level", condition=models.Q(level__gt=0)),
            models.Index(fields=["state", "due_at", "id", "path"], name="task_state"),
            models.Index(fields=["alive", "outbreak", "next_at"], name="task_next"),
            models.Index(fields=["alive", "outbreak", "level", "midnight_at"], name="task_midnight"),
            models.Index(fields=["about", "due_at"], name="task_about"),
        )


class TaskLine(models.Model):
    """Which lines of the log are about a task."""

    pk = models.CompositePrimaryKey("task", "seq")
    task = models.TextField()
    seq = models.BigIntegerField()

    class Meta:
        """By task, in order."""

        db_table = "command_line"


class Load(models.Model):
    """How many tasks each unit and team has, by state, kept at each place and at all above it."""

    pk = models.CompositePrimaryKey("path", "unit", "team", "state")
    unit = models.TextField()  # "" where no unit carries the function
    team = models.TextField()
    path = models.TextField()
    state = models.TextField()
    n = models.IntegerField()

    class Meta:
        """One for each key."""

        db_table = "command_load"


class Decision(models.Model):
    """A decision of the command."""

    id = models.TextField(primary_key=True)
    seq = models.BigIntegerField()
    outbreak = models.TextField()
    text = models.TextField()
    reason = models.TextField()
    at = models.BigIntegerField()
    due_at = models.BigIntegerField(null=True)
    told_by = models.TextField()

    class Meta:
        """Newest first."""

        db_table = "command_decision"
        indexes = (models.Index(fields=["outbreak", "seq"], name="decision_list"),)


class Notice(models.Model):
    """One place asks another for help: people to be found, checked and kept apart where they are now."""

    id = models.TextField(primary_key=True)
    seq = models.BigIntegerField()  # the line that sent it first
    outbreak = models.TextField()
    kind = models.TextField()  # contacts, case, exposure
    path = models.TextField()  # who is asked; who asks, where that place is not in the tree
    from_path = models.TextField()  # who asks
    told_place = models.TextField(null=True)  # noqa: DJ001 (sealed: a place that is not in the tree)
    sent_by = models.TextField()
    sent_at = models.BigIntegerField()
    due_at = models.BigIntegerField(null=True)
    state = models.TextField()  # sent, taken, answered, withdrawn
    people = models.IntegerField()
    taken_at = models.BigIntegerField(null=True)
    taken_by = models.TextField(default="")
    answered_at = models.BigIntegerField(null=True)
    answered_by = models.TextField(default="")
    found = models.IntegerField(default=0)
    kept_apart = models.IntegerField(default=0)
    not_found = models.IntegerField(default=0)
    text = models.TextField(default="")
    asked = models.TextField()  # the key of its newest task: more people after an answer ask again

    class Meta:
        """Received and sent, newest first."""

        db_table = "command_notice"
        indexes = (
            models.Index(fields=["outbreak", "path", "seq"], name="notice_received"),
            models.Index(fields=["outbreak", "from_path", "seq"], name="notice_sent"),
            models.Index(fields=["outbreak", "state", "seq"], name="notice_state"),
        )


class NoticeAbout(models.Model):
    """Whom a notice is about."""

    pk = models.CompositePrimaryKey("notice", "about")
    notice = models.TextField()
    about = models.TextField()

    class Meta:
        """Each once."""

        db_table = "command_notice_about"
