"""Calendars: bookings as files that other programs read (RFC 5545), and what other calendars say of our rooms."""

from s2m.domain.calendars.values import Busy, Event, Feed, Found, OutsideCalendar
from s2m.domain.calendars.writing import invitation, write

__all__ = ["Busy", "Event", "Feed", "Found", "OutsideCalendar", "invitation", "write"]
