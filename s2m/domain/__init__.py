"""What is true. Standard library only: no Flask, no SQL, no clock, no randomness."""
