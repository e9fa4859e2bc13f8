"""A worker in Python, written from the contract alone: grpcio, and messages that protoc makes.

    protoc -I proto --python_out=generated proto/lyapunov/v1/*.proto
    PYTHONPATH=generated python3 examples/python-worker/worker.py HOST:PORT --release VERSION

It propagates with plain Python, thousands of times slower than `lyapunov work`; it is meant to be
read. docs/workers.md says what a worker owes its coordinator. SIGTERM drains it.
"""

import argparse
import os
import platform
import queue
import random
import signal
import sys
import threading
import time
import traceback
import uuid

import grpc
from lyapunov.v1 import fleet_service_pb2 as fleet
from lyapunov.v1 import network_pb2

from propagation import GENERATOR, partial_of

METHOD = "/lyapunov.v1.FleetService/Work"
LONGEST_WAIT_SECONDS = 5


class Dismissed(Exception):
    """The coordinator does not want this worker."""


class Worker:
    """Leases from their grant to their acknowledgement, one stream after another.

    One thread reads the stream, one sends heartbeats and one propagates. The lock guards `leases`.
    """

    def __init__(self, channel, name, release):
        self.channel = channel
        self.name = name
        self.release = release
        self.worker_id = str(uuid.uuid4())
        self.lock = threading.Condition()
        # By lease_id: the lease, and its result once there is one. Python keeps their order.
        self.leases = {}
        self.results = {}
        self.is_draining = False
        self.outbox = None

    # The stream

    def run(self):
        """Works until it is drained. Raises Dismissed."""
        threading.Thread(target=self.propagate, daemon=True).start()
        wait = 0.2
        while True:
            try:
                self.session()
                wait = 0.2
            except grpc.RpcError as error:
                log(f"connection lost: {error.details()}")
            if self.is_done():
                return
            # Not all workers of a fleet should come back at the same moment.
            time.sleep(wait * random.uniform(0.5, 1))
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    def session(self):
        """Holds one stream, from Join to its end."""
        outbox = self.outbox = queue.Queue()
        with self.lock:
            held = list(self.leases)
        outbox.put(fleet.WorkRequest(join=self.introduction(held)))
        work = self.channel.stream_stream(
            METHOD,
            request_serializer=fleet.WorkRequest.SerializeToString,
            response_deserializer=fleet.WorkResponse.FromString,
        )
        # iter() ends the stream from this side once the outbox holds None.
        responses = work(iter(outbox.get, None))
        over = threading.Event()
        try:
            for response in responses:
                if response.HasField("welcome"):
                    log("joined the coordinator")
                    self.welcomed(response.welcome, over)
                elif response.HasField("grant"):
                    self.granted(response.grant.leases)
                elif response.HasField("revoke"):
                    self.drop(response.revoke.lease_ids)
                elif response.HasField("acknowledgement"):
                    self.drop(response.acknowledgement.lease_ids)
                elif response.HasField("dismissal"):
                    raise Dismissed(response.dismissal.reason)
        finally:
            over.set()
            self.outbox = None
            outbox.put(None)

    def introduction(self, held):
        return fleet.Join(
            worker_id=self.worker_id,
            display_name=self.name,
            version=self.release,
            devices=[
                fleet.Device(
                    slot_count=1,
                    description=f"Python {platform.python_version()}",
                    device_backends=[
                        fleet.DeviceBackend(
                            backend=network_pb2.BACKEND_REFERENCE, generator=GENERATOR
                        )
                    ],
                )
            ],
            held_lease_ids=held,
        )

    def send(self, **message):
        """Sends on the stream that stands. What matters is said again after the next welcome."""
        outbox = self.outbox
        if outbox is not None:
            outbox.put(fleet.WorkRequest(**message))

    def welcomed(self, welcome, over):
        with self.lock:
            results = list(self.results.values())
        for result in results:
            self.send(result=result)
        if self.is_draining:
            self.hand_back()

        def beat():
            while not over.wait(welcome.heartbeat_interval_seconds):
                with self.lock:
                    held = list(self.leases)
                self.send(heartbeat=fleet.Heartbeat(held_lease_ids=held))

        threading.Thread(target=beat, daemon=True).start()

    # Leases

    def granted(self, leases):
        if self.is_draining:
            refused = [lease.lease_id for lease in leases]
            self.send(drain=fleet.Drain(returned_lease_ids=refused))
            return
        with self.lock:
            for lease in leases:
                self.leases[lease.lease_id] = lease
            self.lock.notify()

    def drop(self, lease_ids):
        """Forgets leases that were revoked or acknowledged."""
        with self.lock:
            for lease_id in lease_ids:
                self.leases.pop(lease_id, None)
                self.results.pop(lease_id, None)
        self.leave_if_done()

    def drain(self):
        """Takes nothing new, delivers what is begun, and leaves."""
        self.is_draining = True
        self.hand_back()
        self.leave_if_done()

    def hand_back(self):
        with self.lock:
            begun = self.next_lease()
            returned = [
                lease_id
                for lease_id in self.leases
                if lease_id not in self.results and lease_id != getattr(begun, "lease_id", None)
            ]
            for lease_id in returned:
                del self.leases[lease_id]
        self.send(drain=fleet.Drain(returned_lease_ids=returned))

    def is_done(self):
        with self.lock:
            return self.is_draining and not self.leases

    def leave_if_done(self):
        outbox = self.outbox
        if self.is_done() and outbox is not None:
            outbox.put(None)

    # Propagation

    def next_lease(self):
        """The first lease without a result: leases are done in the order of granting."""
        return next((lease for i, lease in self.leases.items() if i not in self.results), None)

    def propagate(self):
        while True:
            with self.lock:
                while (lease := self.next_lease()) is None:
                    self.lock.wait()
            self.propagate_lease(lease)
            self.leave_if_done()

    def propagate_lease(self, lease):
        lease_id = lease.lease_id
        begin = time.monotonic()
        try:
            partial = partial_of(lease.task, lambda: lease_id in self.leases)
        except Exception as error:
            traceback.print_exc()
            with self.lock:
                self.leases.pop(lease_id, None)
            self.send(failure=fleet.ShardFailure(lease_id=lease_id, error=str(error)))
            return
        result = fleet.ShardResult(
            lease_id=lease_id,
            run=lease.run,
            shard_index=lease.shard_index,
            partial=partial,
            compute_seconds=time.monotonic() - begin,
        )
        with self.lock:
            # Nobody wants the result of a lease that was revoked meanwhile.
            if partial is None or lease_id not in self.leases:
                return
            self.results[lease_id] = result
        self.send(result=result)


def log(text):
    print(text, file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description="A worker of lyapunov-cluster in plain Python.")
    parser.add_argument("address", metavar="HOST:PORT", help="where the coordinator listens")
    parser.add_argument("--release", required=True, help="the coordinator's version")
    parser.add_argument("--name", default=f"python-{os.getpid()}", help="a name for people")
    parser.add_argument("--seconds", type=float, help="leave after this time")
    options = parser.parse_args()
    channel_options = [
        # A plain connection must not go through a proxy.
        ("grpc.enable_http_proxy", 0),
        ("grpc.max_reconnect_backoff_ms", 1000 * LONGEST_WAIT_SECONDS),
    ]
    channel = grpc.insecure_channel(options.address, options=channel_options)
    worker = Worker(channel, options.name, options.release)
    # A handler must not wait for the lock, which the code that it interrupts may hold.
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())

    def drain_when_asked():
        stop.wait(options.seconds)
        worker.drain()

    threading.Thread(target=drain_when_asked, daemon=True).start()
    try:
        worker.run()
    except Dismissed as error:
        log(f"the coordinator dismissed this worker: {error}")
        sys.exit(1)


main()
