#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The official Python SDK against the server that the environment names: `ipc.py PEER calls|inflight|publish...`."""
import statistics
import sys
import threading
import time

from awsiot.greengrasscoreipc.clientv2 import GreengrassCoreIPCClientV2
from awsiot.greengrasscoreipc.model import QOS

CALLS = 2000
WARM_UP = 200
IN_FLIGHT = 64
EVENTS = 4000


def report(peer, what, figures):
    print(f"{peer:<12}{what:<44}{figures}", flush=True)


def calls(client, peer):
    times = []
    for _ in range(CALLS):
        started = time.perf_counter()
        client.get_configuration(key_path=["leaf"])
        times.append((time.perf_counter() - started) * 1e6)
    times = sorted(times[WARM_UP:])
    figures = f"p50 {statistics.median(times):6.1f} us  p99 {times[int(len(times) * 0.99)]:6.1f} us"
    report(peer, "Python SDK: one call", figures)


def in_flight(client, peer):
    def once(count):
        """The next call starts when the oldest is answered, so that IN_FLIGHT are always under way."""
        waiting = [client.get_configuration_async(key_path=["leaf"]) for _ in range(IN_FLIGHT)]
        started = time.perf_counter()
        for number in range(count):
            waiting[number % IN_FLIGHT].result()
            waiting[number % IN_FLIGHT] = client.get_configuration_async(key_path=["leaf"])
        took = time.perf_counter() - started
        for future in waiting:
            future.result()
        return count / took

    rates = [once(4000) for _ in range(4)]
    report(peer, f"Python SDK: {IN_FLIGHT} calls in flight", f"{statistics.median(rates[1:]):.0f} calls/s")


def publish(client, peer):
    def once(number):
        topic = f"benchmark/python/{number}"
        done = threading.Event()
        seen = [0, 0.0, 0.0]

        def event(message):
            if len(message.message.payload) != 256:
                raise ValueError("the event is not what was sent")
            if seen[0] == 0:
                seen[1] = time.perf_counter()
            seen[0] += 1
            if seen[0] == EVENTS:
                seen[2] = time.perf_counter()
                done.set()

        _, operation = client.subscribe_to_iot_core(
            topic_name=topic, qos=QOS.AT_LEAST_ONCE, on_stream_event=event
        )
        publisher = GreengrassCoreIPCClientV2()
        waiting = []
        for _ in range(EVENTS):
            if len(waiting) == 32:
                waiting.pop(0).result()
            waiting.append(
                publisher.publish_to_iot_core_async(topic_name=topic, qos=QOS.AT_LEAST_ONCE, payload=b"A" * 256)
            )
        for future in waiting:
            future.result()
        if not done.wait(60):
            raise TimeoutError(f"{seen[0]} of {EVENTS} events came")
        operation.close()
        publisher.close()
        return (EVENTS - 1) / (seen[2] - seen[1])

    rates = [once(number) for number in range(4)]
    report(peer, "Python SDK: events published and received", f"{statistics.median(rates[1:]):.0f} events/s")


def flood(client, peer):
    def once():
        count = 20_000
        done = threading.Event()
        seen = [0, 0.0, 0.0]

        def event(message):
            if seen[0] == 0:
                seen[1] = time.perf_counter()
            seen[0] += 1
            if seen[0] == count:
                seen[2] = time.perf_counter()
                done.set()

        _, operation = client.subscribe_to_iot_core(
            topic_name=f"flood/{count}", qos=QOS.AT_LEAST_ONCE, on_stream_event=event
        )
        if not done.wait(60):
            raise TimeoutError(f"{seen[0]} of {count} events came")
        operation.close()
        return (count - 1) / (seen[2] - seen[1])

    rates = [once() for _ in range(4)]
    report(peer, "Python SDK: events received, server floods", f"{statistics.median(rates[1:]):.0f} events/s")


def main():
    kinds = {"calls": calls, "inflight": in_flight, "publish": publish, "flood": flood}
    if len(sys.argv) < 3 or any(kind not in kinds for kind in sys.argv[2:]):
        sys.exit(__doc__)
    client = GreengrassCoreIPCClientV2()
    for kind in sys.argv[2:]:
        kinds[kind](client, sys.argv[1])
    client.close()


if __name__ == "__main__":
    main()
