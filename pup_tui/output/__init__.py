"""From the bytes of a program to lines that are safe to show, keep and send on.

``StepOutput`` (pipeline) strings the parts together for one step: decode, sanitize, assemble
lines, mask, spool. ``safe_text`` (sanitize) is the one sanitizer for short foreign text on every
face of the program, ``Masker`` (mask) the one place that knows how a secret may be spelled.
"""
