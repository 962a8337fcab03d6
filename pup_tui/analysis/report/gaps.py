"""What no record can know of an incident: the questions that a report leaves to its readers."""

from __future__ import annotations

from pup_tui.analysis.report.page import Gap

AUTHORS = Gap("Who wrote this, who reviewed it, and is it a draft, in review or done?")
SUMMARY = Gap("What happened, in two sentences for somebody who was not there?")
IMPACT = Gap("Who and what was affected, from when to when, how badly, and how was that measured?")
DETECTION = Gap("How was it noticed, by whom or what, and what would have shown it sooner?")
TRIGGER = Gap("What set it off?")
CAUSES = Gap("What contributed to it: what had to be true at the same time for it to happen?")
RESOLUTION = Gap("What ended the impact, and how was that confirmed?")
WELL = Gap("What went well?")
WRONG = Gap("What went wrong?")
LUCK = Gap("Where were we lucky?")
FOUND = Gap("Was the right runbook found, and how long did that take?")
RIGHT = Gap("Was the runbook right: did its steps fit what was there?")
FOLLOWED = Gap("Was the runbook followed, and where not, why?")
ACTIONS = Gap(
    "What will be done, of which kind (mitigate, prevent, process), by whom, until when, in which ticket?"
)

GAPS = {
    "authors": AUTHORS,
    "summary": SUMMARY,
    "impact": IMPACT,
    "detection": DETECTION,
    "trigger": TRIGGER,
    "causes": CAUSES,
    "resolution": RESOLUTION,
    "well": WELL,
    "wrong": WRONG,
    "luck": LUCK,
    "found": FOUND,
    "right": RIGHT,
    "followed": FOLLOWED,
    "actions": ACTIONS,
}
"""All of them, by the names that programs read."""
