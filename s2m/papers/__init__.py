"""Documents of billing as files: a PDF to read, UBL for a bookkeeping program, and what a bank's statement says came in."""

from s2m.papers.pdf import pdf
from s2m.papers.ubl import ubl

__all__ = ["pdf", "ubl"]
