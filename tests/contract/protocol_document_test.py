"""docs/protocol.md says what the sources do: its table of errors, its limits, and the message that it shows."""

import pathlib
import re
import struct
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import another_client  # noqa: E402

DOCUMENT = (ROOT / "docs" / "protocol.md").read_text()
SOURCES = {
    file: file.read_text()
    for folder, pattern in (("src", "*.cpp"), ("src", "*.h"), ("runtimes", "*.mjs"), ("runtimes", "*.js"))
    for file in (ROOT / folder).rglob(pattern)
    if not file.stem.endswith(("_test", "_fuzz")) and "node_modules" not in file.parts and "simulation" not in file.parts
}


def section(title):
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", DOCUMENT, re.S | re.M).group(1)


def block(name):
    return re.search(rf"^```{name}\n(.*?)\n```", DOCUMENT, re.S | re.M).group(1)


class ProtocolDocument(unittest.TestCase):
    def test_it_lists_every_error_of_ours_and_no_other(self):
        made = {name: file for file, text in SOURCES.items() for name in re.findall(r'"(Live\.[A-Za-z]+)"', text)}
        rows = dict(re.findall(r"^\| `(Live\.[A-Za-z]+)` \|(.*)\|$", section("Errors"), re.M))
        self.assertGreater(len(made), 10)
        self.assertEqual(sorted(made.keys() - rows.keys()), [], "made in the sources, missing in docs/protocol.md")
        self.assertEqual(sorted(rows.keys() - made.keys()), [], "in docs/protocol.md, made nowhere")
        for name, row in rows.items():
            origin, cause, advice = (part.strip() for part in row.split(" | "))
            self.assertIn(origin, ("stub", "client", "both"), name)
            self.assertTrue(cause and advice, f"{name} without cause or next step")

    def test_no_error_of_ours_is_named_elsewhere_that_does_not_exist(self):
        known = set(re.findall(r"^\| `(Live\.[A-Za-z]+)` \|", section("Errors"), re.M))
        for file in [*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "ARCHITECTURE.md"]:
            named = set(re.findall(r"`(Live\.[A-Z][A-Za-z]+)`", file.read_text()))
            self.assertEqual(named - known, set(), file.name)

    def test_its_types_and_tags_are_those_of_the_sources(self):
        header = (ROOT / "src/invocation/envelope.h").read_text()
        names = re.search(r"enum class MessageType[^{]*\{ invoke = 1, ([^}]*) \}", header).group(1).split(", ")
        numbered = re.findall(r"^\| `(\w+)` \| (\d) \|", section("Messages"), re.M)
        self.assertEqual({name: int(number) for name, number in numbered},
                         {name: at for at, name in enumerate(["invoke", *names], 1)})
        self.assertEqual(another_client.NUMBERS, {name: int(number) for name, number in numbered})

    def test_its_expressions_are_those_that_a_client_sends(self):
        source = re.sub(r'"\s*\n\s*"', "", (ROOT / "src/aws/stage.cpp").read_text())
        updates = set(re.findall(r'update =\s*"([^"]*)"', source))
        conditions = set(re.findall(r'condition = "([^"]*)"', source))
        rows = re.findall(r"^\| (?:take|move|leave) \| `([^`]*)` \| (?:`([^`]*)` )?\|$", DOCUMENT, re.M)
        self.assertEqual({update for update, _ in rows}, updates)
        self.assertEqual({condition for _, condition in rows if condition}, conditions)

    def test_its_message_opens_with_an_implementation_of_its_own(self):
        head, content = another_client.Stage(bytes(range(32))).open(block("message"))
        self.assertEqual(content[0], 1)
        found = another_client.sections(another_client.unpack(content))
        self.assertEqual(found[1], b"dev-orders")
        self.assertEqual(struct.unpack(">Q", found[3]), (1700000003000,))
        self.assertEqual(another_client.pairs(found[8]), [("TABLE", "orders"), ("EMPTY", "")])
        self.assertEqual(len(found[9]), 1211)
        stub = another_client.Stage(bytes(range(32)), end="stub")
        self.assertEqual(stub.bound(head, incoming=False).hex(), block("bound"))

    def test_an_implementation_of_it_refuses_what_was_changed(self):
        stage = another_client.Stage(bytes(range(32)))
        for old, new in (("session-1", "session-2"), ('"sequence":1', '"sequence":2'), ('"sent_at":17', '"sent_at":16'),
                         ('"invoke"', '"alive"'), ("L0SM9", "L0SM8"), ("0123456789abcdef0", "1123456789abcdef0")):
            self.assertIn(old, block("message"))
            with self.assertRaises(another_client.Refused, msg=new):
                stage.open(block("message").replace(old, new, 1))


if __name__ == "__main__":
    unittest.main()
