"""Papers of billing: a PDF to read, UBL for a bookkeeping program, and what a bank's statement says came in."""
