"""Payments that only a card or an address explains, and lines that explain nothing.

Drawn apart and last, so that nobody's visit, pass or name depends on it.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from .config import AS_OF_EPOCH, Arguments
from .transactions import NAMELESS, SQUARE, STRIPE, Payments
from .visits import Visits

SHOP = "Shopify"
SHOP_NAME = "Shopify Customer"
DESK_CARD = "cus_00de5c00"
COMPANY = "accounts@northwall-holds.example"
BY_CARD, BY_ADDRESS, AT_DESK, SPELLED, ORDERED = 0.22, 0.20, 0.07, 0.12, 0.02
# Lines at scale 1.
COMPANY_PASSES, COMPANY_DUES, DESK_DUES, DOUBLED, REFUNDED = 12, 6, 6, 25, 12
NAMES_OF_TERMINALS = ("Payment", "", "No Name")


def _spell(text: str, draw: float) -> str:
    """Another way to write which membership is paid."""
    number = text.partition("#")[2].partition(" ")[0]
    kind = "initial" if "initial" in text else "renewal"
    return (f"membership {number}", f"Membership #{number} {kind} payment",
            f"Capitan Membership no. {number}, {kind}")[int(draw * 3)]  # fmt: skip


def plant_cards(args: Arguments, visits: Visits, payments: Payments) -> None:
    """Change payments, and add lines that buy nothing, in place; `evidence` says which."""
    rng = args.rng(57)
    draw = rng.random((4, len(payments)))
    source = payments.source
    passes = (payments.passes > 0) & (payments.payer >= 0)
    online = np.flatnonzero(passes & (source == STRIPE))
    dues = np.flatnonzero(payments.instance >= 0)
    first_dues = dict(zip(payments.payer[dues[::-1]].tolist(), dues[::-1].tolist(), strict=True))
    for row in dues[draw[0][dues] < SPELLED].tolist():
        payments.description[row] = _spell(payments.description[row], draw[1][row])
    # who pays dues, or has left an own address, is known by the card
    addressed = {
        int(payments.payer[row])
        for row in online.tolist()
        if payments.email[row] and draw[0][row] >= BY_CARD + BY_ADDRESS
    }
    for row in online.tolist():
        payer = int(payments.payer[row])
        nameless = NAMES_OF_TERMINALS[int(draw[1][row] * len(NAMES_OF_TERMINALS))]
        if draw[0][row] < BY_CARD and (payer in first_dues or payer in addressed):
            payments.name[row], payments.email[row] = nameless, ""
            payments.evidence[row] = "card"
        elif draw[0][row] < BY_CARD + BY_ADDRESS and payer in first_dues:
            address = f"office.{payer}@work.example"
            payments.name[row], payments.email[row] = nameless, address
            payments.stripe_customer[row] = ""
            payments.email[first_dues[payer]] = address
            payments.evidence[row] = "address"
        elif draw[2][row] < ORDERED and payments.email[row]:
            payments.name[row], payments.source[row] = SHOP_NAME, SHOP
            payments.description[row] = _title(payments.description[row])
            payments.transaction_id[row] = f"shopify_{row:09d}"
            payments.evidence[row] = "shop"
    _share(args, rng, payments, dues, online, draw[3])
    _add_lines(args, rng, visits, payments, online)


def _some(rng, rows, count: int) -> list[int]:
    """So many of the rows, or all where there are fewer."""
    return rng.choice(rows, min(len(rows), count), replace=False).tolist() if len(rows) else []


def _title(text: str) -> str:
    return f"Shopify: {text.partition(': ')[2] or text}"


def _share(args: Arguments, rng, payments: Payments, dues, online, draw) -> None:
    """A terminal that pays at the desk for everybody, and a company's address."""
    desk = np.flatnonzero((payments.passes > 0) & (payments.source == SQUARE))
    for row in desk[draw[desk] < AT_DESK].tolist():
        if payments.name[row] in NAMELESS:
            payments.stripe_customer[row] = DESK_CARD
            payments.evidence[row] = "desk card"
    for row in _some(rng, dues, args.count(DESK_DUES)):
        payments.stripe_customer[row] = DESK_CARD
    for row in _some(rng, dues, args.count(COMPANY_DUES)):
        payments.email[row] = COMPANY
    free = [row for row in online.tolist() if not payments.evidence[row]]
    for row in _some(rng, free, args.count(COMPANY_PASSES)):
        payments.name[row], payments.email[row] = "Payment", COMPANY
        payments.stripe_customer[row] = ""
        payments.evidence[row] = "company"


def _add_lines(args: Arguments, rng, visits: Visits, payments: Payments, online) -> None:
    """Orders of the shop beside their payments, and refunds under numbers of their own."""
    used = set(visits.purchase[visits.written >= 0].tolist())
    plain = [row for row in online.tolist() if not payments.evidence[row] and payments.email[row]]
    unused = [row for row in plain if int(payments.purchase[row]) not in used]
    doubled = _some(rng, plain, args.count(DOUBLED))
    unused = [row for row in unused if row not in set(doubled)]
    refunded = _some(rng, unused, args.count(REFUNDED))
    later = rng.integers(1, 20, len(refunded)).tolist()
    more: dict[str, list] = {item.name: [] for item in fields(Payments)}
    for place, row in enumerate(doubled + refunded):
        for name, column in more.items():
            column.append(getattr(payments, name)[row])
        is_refund = place >= len(doubled)
        more["purchase"][-1] = -1
        more["payer"][-1] = -1
        more["evidence"][-1] = "refund" if is_refund else "doubled"
        more["name"][-1] = "Refund" if is_refund else SHOP_NAME
        if is_refund:
            payments.evidence[row] = "refunded"
            more["transaction_id"][-1] = f"re_{payments.transaction_id[row][3:]}"
            more["description"][-1] = "Refund for charge"
            more["cents"][-1] = -payments.cents[row]
            more["passes"][-1] = 0
            day = int(payments.day[row]) + later[place - len(doubled)]
            more["day"][-1] = min(day, AS_OF_EPOCH)
        else:
            more["transaction_id"][-1] = f"shopify_9{row:08d}"
            more["description"][-1] = _title(payments.description[row])
            more["source"][-1] = SHOP
    day = np.concatenate([payments.day, np.array(more["day"], dtype=np.int64)])
    order = np.argsort(day, kind="stable")
    for item in fields(Payments):
        values = getattr(payments, item.name)
        if isinstance(values, list):
            values = values + more[item.name]
            setattr(payments, item.name, [values[place] for place in order.tolist()])
        elif more[item.name]:
            setattr(payments, item.name, np.concatenate([values, np.array(more[item.name])])[order])
