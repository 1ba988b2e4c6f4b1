# SPDX-License-Identifier: Apache-2.0
"""Calls operations with the official SDK, one line of JSON for each: what came, as the SDK sees it.

usage: operations.py v1|v2 REQUESTS.json, with the tokens of all components in TOKENS as a JSON object

REQUESTS is a list of objects:
    call, request   the operation and what it is called with
    as              the component that calls; COMPONENT's if absent
    events          of a subscription: which events are to come
    trigger         what to call, once the subscription is made
    answer          what to call, and to report, once the first event is there
A string "@event.A.B" in a request is that member of the last event, "@OPERATION.A" of that operation's last response,
"@token" the own token; "unknown" if there is none.
"""
import json
import os
import queue
import re
import sys

import awsiot.greengrasscoreipc as ipc
from awsiot.greengrasscoreipc import client, clientv2, model

LIMIT = 40


def snake(name):
    name = name.replace("IoTCore", "IotCore")
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def shape(name):
    return getattr(model, name)


class Caller:
    """The same calls through either of the SDK's clients."""

    def __init__(self, version, token):
        self.version = version
        self.plain = ipc.connect(authtoken=token)
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


class Session:
    """Calls with the answers of earlier ones in them."""

    def __init__(self, version):
        self.version = version
        self.tokens = json.loads(os.environ["TOKENS"])
        self.known = {"token": self.tokens[os.environ["COMPONENT"]]}
        self.callers = {}

    def caller(self, component=None):
        component = component or os.environ["COMPONENT"]
        if component not in self.callers:
            self.callers[component] = Caller(self.version, self.tokens[component])
        return self.callers[component]

    def resolved(self, value):
        if isinstance(value, dict):
            return {name: self.resolved(member) for name, member in value.items()}
        if not isinstance(value, str) or not value.startswith("@"):
            return value
        found = self.known
        for name in value[1:].split("."):
            found = found.get(name) if isinstance(found, dict) else None
        return found or "unknown"

    def call(self, step):
        response = self.caller(step.get("as")).call(step["call"], self.resolved(step["request"]))
        self.known[step["call"]] = response._to_payload()
        return response

    def report(self, step):
        """Calls, and says what came of it; an error is what may be expected too."""
        line = {"operation": step["call"], "client": self.version}
        try:
            response = self.follow(step, line) if streams(step["call"]) else self.call(step)
            line["outcome"] = type(response).__name__
            line["response"] = response._to_payload()
        except Exception as error:
            line["outcome"] = type(error).__name__
            line["text"] = str(error) if isinstance(error, (TypeError, AttributeError)) else ""
        print(json.dumps(line), flush=True)

    def follow(self, step, line):
        """A subscription for as long as its events take."""
        self.known["event"] = None
        answer = step.get("answer")
        line["events"] = []
        events, closed = queue.Queue(), queue.Queue()
        stream = None
        try:
            response, stream = self.caller(step.get("as")).subscribe(
                step["call"], self.resolved(step["request"]), events, closed
            )
            if "trigger" in step:
                self.call(step["trigger"])
            for _ in step.get("events", []):
                self.known["event"] = events.get(timeout=LIMIT)._to_payload()
                line["events"].append(self.known["event"])
                if answer:
                    self.report(answer)
                    answer = None
            return response
        finally:
            # Where there was no event, the answer is refused.
            if answer:
                self.report(answer)
            if stream:
                stream.close().result(LIMIT)
                line["closed"] = closed.get(timeout=LIMIT)


def main():
    version, path = sys.argv[1:]
    session = Session(version)
    with open(path, encoding="utf-8") as file:
        for step in json.load(file):
            session.report(step)
    for caller in session.callers.values():
        caller.wrapped.close().result(LIMIT)


main()
