"""The referee of the retail demo."""
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "demo"))
import retail_totals

HEADER = b"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def totals_of(*lines):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "book.csv")
        path.write_bytes(HEADER + b"".join(line + b"\n" for line in lines))
        return retail_totals.totals_of(path)


class Totals(unittest.TestCase):
    def test_adds_up_pence_without_rounding(self):
        totals = totals_of(b"1,A,x,3,d,2.1,7.0,UK", b"1,B,x,1,d,0.07,7.0,UK")
        self.assertEqual({"customer": "7.0", "lines": 2, "units": 4, "amount": 637}, totals["carts"]["1"])

    def test_leaves_ten_of_what_is_sold_and_what_comes_back(self):
        totals = totals_of(b"1,A,x,3,d,1,,UK", b"C2,A,x,-2,d,1,,UK", b"C3,B,x,-4,d,1,,UK")
        self.assertEqual({"A": 12, "B": 14}, totals["stock"])

    def test_keeps_skus_byte_for_byte(self):
        totals = totals_of(b"1,a,x,1,d,1,,UK", b"1,A,x,1,d,1,,UK", b"1,A ,x,1,d,1,,UK")
        self.assertEqual({"a", "A", "A "}, totals["stock"].keys())

    def test_price_zero_and_a_guest_are_good(self):
        self.assertEqual([], totals_of(b"1,A,x,1,d,0,,UK")["skipped"])

    def test_skips_every_kind_of_bad_line(self):
        bad = [b"1,A,x,0,d,1,,UK", b"1,,x,1,d,1,,UK", b"1,A,x,-1,d,1,,UK", b"C1,A,x,1,d,1,,UK", b"1,A,x,one,d,1,,UK",
               b"1,A,x,1.5,d,1,,UK", b"1,A,x,1,d,free,,UK", b"1,A,x,1,d,1.005,,UK", b"1,A,x,1,d,-1,,UK", b"1,A,x,1,d,1",
               b"1,A,x,1,d,1,,UK,more", b"1,A,caf\xe9,1,d,1,,UK", b""]
        self.assertEqual(list(range(1, len(bad) + 1)), totals_of(*bad)["skipped"])


class Comparison(unittest.TestCase):
    def seen(self):
        return {"records": 1, "skipped": [], "stock": {"A": {"available": 10, "reserved": 0}},
                "carts": {"1": {"customer": "", "lines": 1, "units": 3, "amount": 300, "amount_of_lines": 300,
                                "checked_out": True}}}

    def differences(self, seen):
        return list(retail_totals.differences(totals_of(b"1,A,x,3,d,1,,UK"), seen))

    def test_finds_nothing_when_all_is_equal(self):
        self.assertEqual([], self.differences(self.seen()))

    def test_finds_one_penny(self):
        seen = self.seen()
        seen["carts"]["1"]["amount"] = 301
        self.assertEqual(1, len(self.differences(seen)))

    def test_finds_a_missing_cart_and_an_extra_sku(self):
        seen = self.seen()
        del seen["carts"]["1"]
        seen["stock"]["B"] = {"available": 10, "reserved": 0}
        self.assertEqual(2, len(self.differences(seen)))

    def test_finds_stock_that_is_still_promised(self):
        seen = self.seen()
        seen["stock"]["A"]["reserved"] = 1
        self.assertEqual(1, len(self.differences(seen)))


if __name__ == "__main__":
    unittest.main()
