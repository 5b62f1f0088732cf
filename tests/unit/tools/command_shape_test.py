"""The shape that every command has."""
import copy
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tools"))
import command_shape

GOOD = {"file": [{"name": "keel/cart/v1/commands.proto", "package": "keel.cart.v1", "messageType": [
    {"name": "AddItemRequest", "field": [
        {"name": "cart_id", "number": 1, "type": "TYPE_STRING"},
        {"name": "request_id", "number": 2, "type": "TYPE_STRING"},
        {"name": "expected_version", "number": 3, "type": "TYPE_INT64", "proto3Optional": True},
        {"name": "validate_only", "number": 4, "type": "TYPE_BOOL"},
        {"name": "price", "number": 5, "type": "TYPE_MESSAGE", "typeName": ".keel.cart.v1.Price"}]},
    {"name": "Price", "field": [{"name": "units", "number": 1, "type": "TYPE_INT64"}]}]}]}


class CommandShape(unittest.TestCase):
    def setUp(self):
        self.image = copy.deepcopy(GOOD)
        self.messages = self.image["file"][0]["messageType"]

    def faults(self):
        return list(command_shape.faults_of(self.image))

    def test_accepts_a_command_with_the_common_first_fields(self):
        self.assertEqual([], self.faults())

    def test_refuses_a_missing_request_id(self):
        del self.messages[0]["field"][1]
        self.assertEqual(1, len(self.faults()))

    def test_refuses_an_expected_version_that_is_not_optional(self):
        del self.messages[0]["field"][2]["proto3Optional"]
        self.assertEqual(1, len(self.faults()))

    def test_refuses_a_first_field_that_is_no_id(self):
        self.messages[0]["field"][0]["name"] = "colour"
        self.assertEqual(1, len(self.faults()))

    def test_refuses_a_float_even_below_another_message(self):
        self.messages[1]["field"][0]["type"] = "TYPE_DOUBLE"
        self.assertEqual(1, len(self.faults()))

    def test_refuses_a_map(self):
        self.messages[0]["nestedType"] = [{"name": "LabelsEntry", "options": {"mapEntry": True}}]
        self.messages[0]["field"].append({"name": "labels", "number": 6, "type": "TYPE_MESSAGE",
                                          "typeName": ".keel.cart.v1.AddItemRequest.LabelsEntry"})
        self.assertEqual(1, len(self.faults()))

    def test_looks_at_commands_only(self):
        self.image["file"][0]["name"] = "keel/cart/v1/queries.proto"
        del self.messages[0]["field"][1:]
        self.assertEqual([], self.faults())


if __name__ == "__main__":
    unittest.main()
