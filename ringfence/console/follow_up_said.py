"""Facts of follow-up and of notices as sentences, and the reasons of their rules; told apart to keep the others readable."""

from __future__ import annotations

from ringfence.core.words import N_

SAID: dict[str, str] = {
    "FollowUpsBegun": N_("Contacts are followed up from now on."),
    "ContactTried": N_("A contact could not be spoken to ({channel}): {reason}."),
    "ContactsReached": N_("Contacts were spoken to ({channel})."),
    "ContactsQuarantined": N_("Contacts were ordered to keep apart ({stay}) until {until_at}: {basis}."),
    "ContactsSetFree": N_("Contacts need not keep apart any longer: {reason}."),
    "SymptomsReported": N_("It was told how contacts were on {on} ({channel})."),
    "SymptomsFound": N_("A contact has symptoms since {on}: {symptoms}."),
    "DaysMissed": N_("Contacts were not heard of on {on}."),
    "ContactTested": N_("A contact's swab for {on} stands as: {result}."),
    "FollowUpsClosed": N_("Follow-up was closed: {reason}."),
    "FollowUpsReopened": N_("Follow-up was reopened."),
    "ContactsHandedOver": N_("Contacts were handed over to another place."),
    "ReportLinkGiven": N_("A household was given a link, good until {until_at}."),
    "ReportLinkWithdrawn": N_("A household's link was withdrawn: {reason}."),
    "NoticeSent": N_("Another place was asked for help."),
    "NoticeTaken": N_("The place that was asked has the notice in hand."),
    "NoticeAnswered": N_(
        "The place that was asked answered: {found} found, {kept_apart} kept apart, {not_found} not found."
    ),
    "NoticeWithdrawn": N_("A notice was withdrawn: {reason}."),
}

REASONS = (
    N_("Silence is not health: by the hour of the pack each has been asked, or it is on record that nobody did."),
    N_("The days are chosen to find it before it is passed on: each is somebody's task on its morning."),
    N_(
        "After its last day nobody is watched for no reason; a swab not taken, not read, or a symptom not explained is one."
    ),
    N_("It was ordered until a moment: to prolong it takes a named person again, and not somebody's delay."),
    N_("Exposed and ill is enough to look into it at once; what it is, findings and the laboratory say."),
    N_("Only a laboratory can say whether it is the disease."),
    N_("Whoever is not told does nothing: the hand-over is a notice, with its clock."),
    N_("The contacts are with those who asked again: what was asked of the other place is taken back."),
    N_("The place that has them now has their tasks too, by the same deadlines: a hand-over stops no clock."),
    N_("Whoever moved on is somebody else's chance to stop the chain, and only while the clock runs."),
    N_("The place that asked sees that somebody is on it."),
    N_("What they found is known to both places now."),
    N_("Nobody looks for people who are looked after."),
    N_("A day of the protocol is passed when its swab is read, not when it is taken."),
    N_("Taken anywhere, in a round or at the door: one swab is enough for the day it was due, and for those before."),
    N_("It will never be read: the day stays open until the next swab."),
    N_("Another place's laboratory swabbed them: nobody need go for a day that is answered."),
    N_("A later exposure counts the days anew: a swab for one of the old days finds nothing that a new one would not."),
    N_("Whoever does not answer may be ill, away or afraid: somebody goes and sees, today."),
    N_("They answered: whoever was to go and see is free for the next one."),
    N_(
        "A contact who falls ill is the next case until a laboratory says otherwise; every hour of doubt infects others."
    ),
    N_("Whoever says how they are has been spoken to, or has read what we wrote."),
    N_("Whoever was spoken to is not called again to be told the same."),
    N_("They are apart: the clock from finding to quarantine stops here."),
    N_("From here on they are investigated and treated; nobody calls them as a contact as well."),
    N_("Nobody drives out to somebody who is no longer followed up."),
    N_("An order rests on the exposure: where that is over, or never was, so is the order."),
)
"""The reason of each rule: the first line of its docstring, here so that it is translated."""
