"""What is said when a file cannot be attached or cannot be opened."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {
    "attachment_empty": (N_("The file {name} is empty."), N_("Nothing was kept."), N_("Choose the file again.")),
    "attachment_name_wrong": (
        N_("A file cannot be called {name}."), N_("Nothing was kept."),
        N_("Give it a name of at most 200 characters with its usual ending, such as .pdf."),
    ),
    "attachment_too_large": (
        N_("The file {name} is larger than {limit_bytes} bytes."), N_("Nothing was kept."),
        N_("Send a smaller file, or a part of it."),
    ),
    "attachment_program": (
        N_("The file {name} is a program or carries one."), N_("Nothing was kept."),
        N_("Send the document without macros, or as PDF."),
    ),
    "attachment_kind": (
        N_("The content of {name} is not of a kind that can be attached."), N_("Kinds are: {kinds}."),
        N_("Save it as one of these kinds and send it again."),
    ),
    "attachment_mismatch": (
        N_("The file {name} is called or declared {told}, but its content is {found}."), N_("Nothing was kept."),
        N_("Correct the ending of its name, and ask the sender why they differ."),
    ),
    "attachment_no_room": (
        N_("There is no room to keep {name}."), N_("Nothing was kept; everything else is as it was."),
        N_("Free space where the records are kept, then send the file again."),
    ),
    "attachment_unknown": (
        N_("There is no attachment {attachment}."), N_("Nothing is kept under this name."),
        N_("Check the link, or the backup."),
    ),
    "attachment_damaged": (
        N_("The attachment {attachment} is damaged."),
        N_("What is kept does not agree with its own name, which is its SHA-256."),
        N_("Restore this file from the backup; do not rely on its content."),
    ),
    "attachment_unreadable": (
        N_("The attachment {attachment} cannot be opened with this key."),
        N_("The file is whole; its key is another one or was destroyed."),
        N_("If the person was erased this is final; if not, ask who keeps the keys."),
    ),
}  # fmt: skip

LABELS: dict[str, str] = {}
