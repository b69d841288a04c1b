"""s2m: check-in kiosk and social-capital ledger for places with free seats."""

__version__ = "0.2.0"
