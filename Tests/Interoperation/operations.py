# SPDX-License-Identifier: Apache-2.0
"""Calls operations with the official SDK, one line of JSON for each: what came, as the SDK sees it.

usage: operations.py v1|v2 REQUESTS.json

REQUESTS is a list of [operation, request, variant of the expected event or null, trigger or null]; a trigger is
[operation, request] and is called once the subscription is made.
"""
import json
import queue
import re
import sys

import awsiot.greengrasscoreipc as ipc
from awsiot.greengrasscoreipc import client, clientv2, model

LIMIT = 10


def snake(name):
    name = name.replace("IoTCore", "IotCore")
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def shape(name):
    return getattr(model, name)


class Caller:
    """The same calls through either of the SDK's clients."""

    def __init__(self, version):
        self.version = version
        self.plain = ipc.connect()
        self.wrapped = clientv2.GreengrassCoreIPCClientV2(client=self.plain)

    def call(self, operation, request):
        request = shape(operation + "Request")._from_payload(request)
        if self.version == "v2":
            return getattr(self.wrapped, snake(operation))(**members(request))
        call = getattr(self.plain, "new_" + snake(operation))()
        call.activate(request).result(LIMIT)
        return call.get_response().result(LIMIT)

    def subscribe(self, operation, request, events, closed):
        request = shape(operation + "Request")._from_payload(request)
        if self.version == "v2":
            return getattr(self.wrapped, snake(operation))(
                **members(request),
                on_stream_event=events.put,
                on_stream_error=lambda error: True,
                on_stream_closed=lambda: closed.put(True),
            )

        class Handler(getattr(client, operation + "StreamHandler")):
            def on_stream_event(self, event):
                events.put(event)

            def on_stream_error(self, error):
                return True

            def on_stream_closed(self):
                closed.put(True)

        call = getattr(self.plain, "new_" + snake(operation))(Handler())
        call.activate(request).result(LIMIT)
        return call.get_response().result(LIMIT), call


def members(request):
    return {name: value for name, value in vars(request).items() if value is not None}


def streams(operation):
    return hasattr(client, operation + "StreamHandler")


def run(caller, operation, request, variant, trigger):
    line = {"operation": operation, "client": caller.version}
    try:
        if not streams(operation):
            response = caller.call(operation, request)
        else:
            events, closed = queue.Queue(), queue.Queue()
            response, stream = caller.subscribe(operation, request, events, closed)
            if trigger:
                caller.call(*trigger)
            if variant:
                event = events.get(timeout=LIMIT)
                line["event"] = event._to_payload()
            stream.close().result(LIMIT)
            line["closed"] = closed.get(timeout=LIMIT)
        line["outcome"] = type(response).__name__
        line["response"] = response._to_payload()
    except Exception as error:
        line["outcome"] = type(error).__name__
        line["text"] = str(error) if isinstance(error, (TypeError, AttributeError)) else ""
    print(json.dumps(line), flush=True)


def main():
    version, path = sys.argv[1:]
    caller = Caller(version)
    with open(path, encoding="utf-8") as file:
        for entry in json.load(file):
            run(caller, *entry)
    caller.wrapped.close().result(LIMIT)


main()
