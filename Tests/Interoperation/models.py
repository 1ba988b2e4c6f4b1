# SPDX-License-Identifier: Apache-2.0
"""Reads payloads into the official SDK's classes and writes them again.

usage: models.py PAYLOADS.ndjson      lines of {"id": …, "shape": …, "payload": …}; the same come back
"""
import json
import sys

from awsiot.greengrasscoreipc import model


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            value = getattr(model, entry["shape"])._from_payload(entry["payload"])
            print(json.dumps({"id": entry["id"], "payload": value._to_payload()}))


main()
