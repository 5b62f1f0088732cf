"""What an order book comes to, straight from the CSV: retail_totals.py FILE.csv [--seen REPORT.json]

The referee of `keel-demo retail`: written in another language, from the description of the file alone, sharing nothing
with the program. Prints carts, units, revenue and what is left on the shelves. With --seen it compares that, cart by cart
and SKU by SKU, with what the query services showed, prints every difference, and exits with 1 when there is one.

The rules: columns InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country. A line is bad
when it does not parse (eight fields of UTF-8, a whole quantity, a price of pounds and pence), has no SKU, has quantity 0,
is negative without an invoice that begins with C, or positive with one. Bad lines are skipped; price 0 and no customer
are good. Each SKU of a good line first receives what the file sells of it, and 10 more; cancellations bring back.
"""
import argparse
import csv
import json
import re
import sys
from decimal import Decimal

SPARE = 10
WHOLE = re.compile(r"-?[0-9]+")
PRICE = re.compile(r"[0-9]{1,12}(\.[0-9]{0,2})?")


def is_good(fields):
    if len(fields) != 8:
        return False
    invoice, sku, _, quantity, _, price, customer, _ = fields
    try:
        sizes = [len(field.encode("utf-8")) for field in (*fields, invoice)]
    except UnicodeEncodeError:  # a byte that was no UTF-8 came in as a surrogate
        return False
    if any("\0" in field for field in fields) or sizes[1] == 0 or sizes[0] == 0:
        return False
    if sizes[0] > 100 or sizes[1] > 100 or sizes[6] > 100:
        return False
    if not WHOLE.fullmatch(quantity) or not PRICE.fullmatch(price):
        return False
    count = int(quantity)
    return count != 0 and abs(count) <= 1_000_000 and (count < 0) == invoice.startswith("C")


def totals_of(path):
    carts, shelves, skipped, records = {}, {}, [], 0
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for records, fields in enumerate(rows, 1):
            if not is_good(fields):
                skipped.append(records)
                continue
            invoice, sku, _, quantity, _, price, customer, _ = fields
            count = int(quantity)
            # sold + 10 came in; what is sold leaves, so 10 stay, and what comes back lies beside them
            shelves.setdefault(sku, SPARE)
            if count < 0:
                shelves[sku] -= count
                continue
            amount = Decimal(price) * 100 * count
            cart = carts.setdefault(invoice, {"customer": customer, "lines": 0, "units": 0, "amount": 0})
            cart["lines"] += 1
            cart["units"] += count
            cart["amount"] += int(amount)
    return {"records": records, "skipped": skipped, "carts": carts, "stock": shelves}


def differences(expected, seen):
    for word in ("records", "skipped"):
        if expected[word] != seen[word]:
            yield f"{word}: the file has {expected[word]}, the demo saw {seen[word]}"
    for name in sorted(expected["carts"].keys() | seen["carts"].keys()):
        cart = expected["carts"].get(name)
        wanted = cart and {**cart, "amount_of_lines": cart["amount"], "checked_out": True}
        found = seen["carts"].get(name)
        if wanted != found:
            yield f"cart {name}: the file has {wanted}, the query shows {found}"
    for sku in sorted(expected["stock"].keys() | seen["stock"].keys()):
        left = expected["stock"].get(sku)
        wanted = None if left is None else {"available": left, "reserved": 0}
        found = seen["stock"].get(sku)
        if wanted != found:
            yield f"stock of {sku!r}: the file leaves {wanted}, the query shows {found}"


def summary_of(totals):
    carts = totals["carts"].values()
    pence = sum(cart["amount"] for cart in carts)
    return (f"from the file: carts {len(totals['carts'])}, units {sum(cart['units'] for cart in carts)}, "
            f"revenue {pence // 100}.{pence % 100:02} GBP, SKUs {len(totals['stock'])} "
            f"with {sum(totals['stock'].values())} units left, records {totals['records']}, "
            f"skipped {len(totals['skipped'])}")


def main():
    parser = argparse.ArgumentParser(description="What an order book comes to, straight from the CSV")
    parser.add_argument("file")
    parser.add_argument("--seen", help="the report of keel-demo retail")
    options = parser.parse_args()
    totals = totals_of(options.file)
    print(summary_of(totals))
    if not options.seen:
        return 0
    with open(options.seen, encoding="utf-8") as file:
        found = list(differences(totals, json.load(file)))
    for line in found[:50]:
        print("DIFFERS", line)
    print(f"{len(found)} differences between the file and the queries" if found
          else "equal: carts, quantities, revenue and remaining stock")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
