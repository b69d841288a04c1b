"""Billing: what a room costs becomes a document with a number, and what comes in pays it.

    values.py     documents and the two parties on them
    seller.py     who sells at a venue
    documents.py  an invoice, the credit note that takes it back, a quote
    crediting.py  a part taken off an invoice
    deposits.py   what becomes of a deposit
    payments.py   what comes in for a bill, and how it stands
    bank.py       what a bank says came in, and which number its words name
    matching.py   a bank's lines and the bills they pay
    links.py      the signed link of a bill
    checkouts.py  paying through a provider
    following.py  what bookings make of bills: the one door from there
"""

from s2m.domain.billing.checkouts import Checkout, begin, settle
from s2m.domain.billing.crediting import credit_part
from s2m.domain.billing.deposits import deposit_due, keep_deposit, return_deposit
from s2m.domain.billing.documents import Supply, credit, issue, quote, the_document
from s2m.domain.billing.following import quotable
from s2m.domain.billing.following import quote as quote_of
from s2m.domain.billing.payments import Bill, Payment, bill, carry, pay, pay_by_hand, undo
from s2m.domain.billing.seller import Seller, change_seller
from s2m.domain.billing.values import Document, Party

__all__ = [
    "Bill", "Checkout", "Document", "Party", "Payment", "Seller", "Supply", "begin", "bill", "carry", "change_seller",
    "credit", "credit_part", "deposit_due", "issue", "keep_deposit", "pay", "pay_by_hand", "quotable",
    "quote", "quote_of", "return_deposit", "settle", "the_document", "undo",
]  # fmt: skip
