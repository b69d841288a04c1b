"""Calendars: bookings as files that other programs read (RFC 5545), and what other calendars say of our rooms."""

from s2m.domain.calendars.values import Event
from s2m.domain.calendars.writing import invitation, write

__all__ = ["Event", "invitation", "write"]
