"""Requests made up from the OpenAPI document: by its grammar, then broken a little by structure or by byte."""

import json
import random
import re
from dataclasses import dataclass
from urllib.parse import quote

import jsonschema_rs

from bogus import BAD_ENCODINGS, MIB, NO_NAMES, NO_NUMBERS, OF_EVERY_TEXT, OF_EVERY_TYPE, UNREADABLE
from document import Operation, World, operations
from wire import message

CLASS = re.compile(r"\^(\[.+\])\{(\d+),(\d+)\}\$")
LETTERS = [chr(code) for code in range(33, 127)]
STRANGE = ["\0", "\x01", "\x7f", "\u0085", "\u00e9", "\u200b", "\u202e", "\ufeff", "\uffff", "😀", "\U0010ffff", "\n",
           "\t", '"', "\\", "/", " "]
FORMATS = {"email": ["ada@example.org", "a.b+c@sub.example.org", "ada@example", "@", "ada @example.org"],
           "date-time": ["2020-01-02T03:04:05.678Z", "2020-02-30T00:00:00Z"],
           "uri": ["https://example.org/a?b#c", "http://[::1]:80/", "ftp://example.org", "http://",
                   "https://" + "a" * 2000]}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
FIELDS = ["Content-Type: application/json", "Content-Type: text/plain", "Content-Length: 5", "Content-Length: 0",
          "Transfer-Encoding: chunked", "Expect: 100-continue",
          "Connection: close", "Connection: upgrade", "Upgrade: h2c", "If-None-Match: *", 'If-None-Match: "x"',
          "If-None-Match: W/", "Range: bytes=0-5", "Idempotency-Key: a",
          "Idempotency-Key: ", "Authorization: Bearer", "Authorization: Bearer a.b.c", "Origin: null",
          "traceparent: 00-0-0-0", "X-Request-Id: ü", "X-Forwarded-For: 1.2.3.4, ::1",
          "X-Forwarded-For: x", "Accept: text/html", "Accept-Encoding: gzip", "Content-Encoding: gzip",
          "Host: elsewhere", "Cookie: a=b", "X-HTTP-Method-Override: DELETE"]


@dataclass
class Attempt:
    """A request. `operation` is none where its bytes were changed, and `is_wrong` is known where they were not."""

    sent: bytes
    operation: Operation | None = None
    is_wrong: bool = False


class Grammar:
    def __init__(self):
        self.rng = random.Random()
        self.operations = operations()
        self.validators = {str(each): jsonschema_rs.validator_for(each.schema) for each in self.operations
                           if each.schema}

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def attempt(self, world: World, seed: str) -> Attempt:
        self.rng.seed(seed)
        operation = self.rng.choice(self.operations)
        value, body, fields = None, None, ["Content-Type: application/json"]
        if operation.schema:
            value = self.value(operation.schema, world)
            for _ in range(self.rng.choice([0, 0, 1, 1, 2, 5])):
                value = self.changed(value)
            body = self.written(value)
        elif self.chance(0.05):
            body = b"{}"
        if operation.named("header") and self.chance(0.3):
            fields.append(f"Idempotency-Key: {self.rng.choice('abcdefgh') * self.rng.choice([1, 8, 255])}")
        if self.chance(0.002):
            body = body and body.ljust(MIB + 1)
        if self.chance(0.002):
            fields.append("X-Filler: " + "f" * 20_000)
        sent = world.request(operation, body, path=self.path(operation), query=self.query(operation, world),
                             fields=fields)
        if self.chance(0.5):
            is_wrong = bool(operation.schema) and not self.validators[str(operation)].is_valid(value)
            return Attempt(sent, operation, is_wrong)
        return Attempt(self.broken(sent))

    # By the grammar.

    def value(self, schema: dict, world: World):
        if "enum" in schema:
            return self.rng.choice(schema["enum"])
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = self.rng.choice(kind)
        if kind == "object":
            return {name: self.value(described, world) for name, described in schema["properties"].items()
                    if name in schema.get("required", ()) or self.chance(0.6)}
        if kind == "array":
            return [self.value(schema["items"], world) for _ in range(self.rng.choice([0, 1, 2, 10]))]
        if kind == "integer":
            return self.rng.choice([schema["minimum"], schema["maximum"], world.post,
                                    self.rng.randint(schema["minimum"], schema["maximum"])])
        return self.text(schema, world) if kind == "string" else None

    def text(self, schema: dict, world: World) -> str:
        if "format" in schema and schema["format"] in FORMATS:
            return self.rng.choice(FORMATS[schema["format"]])
        if match := CLASS.fullmatch(schema.get("pattern", "")):
            if self.chance(0.5):
                return world.member.username
            letters = [letter for letter in LETTERS if re.fullmatch(match[1], letter)]
            return "".join(self.rng.choices(letters, k=self.rng.randint(int(match[2]), int(match[3]))))
        size = self.rng.choice([schema.get("minLength", 0), schema.get("maxLength", 64), self.rng.randint(1, 40)])
        return "".join(self.rng.choices(LETTERS + STRANGE[1:], k=size))

    def path(self, operation: Operation) -> dict[str, str]:
        parameters = operation.named("path")
        if not parameters or self.chance(0.8):
            return {}
        return {self.rng.choice(parameters)["name"]: self.rng.choice([*NO_NUMBERS, *NO_NAMES, *BAD_ENCODINGS,
                                                                      str(self.rng.randint(1, 2**53)), "top"])}

    def query(self, operation: Operation, world: World) -> str | None:
        if self.chance(0.3):
            return None
        pairs = []
        for parameter in operation.named("query"):
            if self.chance(0.6):
                value = self.value(parameter["schema"], world)
                value = ",".join(map(str, value)) if isinstance(value, list) else quote(str(value))
                value = self.rng.choice([value, value, value, *NO_NUMBERS[:8], self.rng.choice(BAD_ENCODINGS)])
                pairs.append(f"{parameter['name']}={value}")
        if self.chance(0.1):
            pairs += [self.rng.choice(["", "&", "a", "=", "a=b", "limit=5", "user=ada", "cursor=", "%"])
                      for _ in range(3)]
        return "&".join(pairs)

    # By structure.

    def changed(self, value):
        """With one thing that is different, somewhere in it."""
        if isinstance(value, dict) and value and self.chance(0.9):
            name = self.rng.choice(list(value))
            match self.rng.randrange(6):
                case 0:
                    return {each: value[each] for each in value if each != name}
                case 1:
                    return value | {self.rng.choice(["", "a", "id", "__proto__", name.upper(), name + " ",
                                                     "\ufeff" + name]): value[name]}
                case 2:
                    return value | {name: value[self.rng.choice(list(value))]}
                case _:
                    return value | {name: self.changed(value[name])}
        if isinstance(value, list) and value and self.chance(0.7):
            at = self.rng.randrange(len(value))
            return self.rng.choice([value[:at], value[at:] + value, [*value[:at], self.changed(value[at]),
                                                                     *value[at + 1:]], [value]])
        if isinstance(value, str) and self.chance(0.5):
            at = int(self.rng.random() * (len(value) + 1))
            return value[:at] + self.rng.choice([self.rng.choice(STRANGE), "", value * 2, "a" * 50_000]) + value[at:]
        if type(value) is int and self.chance(0.5):
            return self.rng.choice([-value, value + 1, value * 2**31, value / 7, str(value), float(value)])
        return self.rng.choice([json.loads(self.rng.choice([text for text in OF_EVERY_TYPE if "e400" not in text])),
                                self.rng.choice(OF_EVERY_TEXT), [value], {"a": value}])

    def written(self, value) -> bytes:
        """As JSON of one style or another."""
        text = json.dumps(value, ensure_ascii=self.chance(0.5), indent=self.rng.choice([None, None, 1, 8]))
        return text.encode("utf-8", "surrogatepass")

    # By byte.

    def broken(self, sent: bytes) -> bytes:
        for _ in range(self.rng.choice([1, 1, 2, 4, 16])):
            # As much chance is used up whatever the length of names and tokens is.
            at = int(self.rng.random() * len(sent))
            size = self.rng.choice([1, 1, 2, 8, 64])
            match self.rng.randrange(9):
                case 0:
                    bit = 1 << self.rng.randrange(8)
                    sent = sent[:at] + bytes(byte ^ bit for byte in sent[at:at + 1]) + sent[at + 1:]
                case 1:
                    sent = sent[:at] + self.rng.randbytes(size) + sent[at:]
                case 2:
                    sent = sent[:at] + sent[at + size:]
                case 3:
                    sent = sent[:at] + sent[at:at + size] * self.rng.choice([2, 100]) + sent[at + size:]
                case 4:
                    sent = sent[:at]
                case 5:
                    line, _, rest = sent.partition(b" ")
                    sent = self.rng.choice(METHODS).encode() + b" " + rest
                case 6:
                    head, end, rest = sent.partition(b"\r\n")
                    sent = head + end + self.rng.choice(FIELDS).encode() + b"\r\n" + rest
                case 7:
                    sent = sent[:at] + self.rng.choice(list(UNREADABLE.values()))[:5000] + sent[at:]
                case 8:
                    sent = sent.replace(b"\r\n", self.rng.choice([b"\n", b"\r", b"\r\n ", b"\r\n\r\n"]),
                                        self.rng.choice([1, -1]))
        return sent + self.rng.choice([b"", b"", b"", message("GET", "/healthz"), sent[:50]])
