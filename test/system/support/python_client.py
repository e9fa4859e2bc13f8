"""Submits a run, watches it, reads the result: with grpcio and the project's proto files alone.

    protoc -I proto --python_out=OUT proto/lyapunov/v1/*.proto proto/google/rpc/*.proto
    PYTHONPATH=OUT python3 python_client.py HOST:PORT

Prints what it saw as JSON.
"""

import json
import sys

import grpc
from google.rpc import error_details_pb2, status_pb2
from lyapunov.v1 import network_pb2, run_pb2, simulation_service_pb2 as api

SERVICE = "/lyapunov.v1.SimulationService/"


class Simulation:
    """What a generated stub would be: each method by its name, with its messages."""

    def __init__(self, channel):
        self.channel = channel

    def call(self, method, request):
        response = getattr(api, method + "Response")
        send = self.channel.unary_unary(
            SERVICE + method,
            request_serializer=type(request).SerializeToString,
            response_deserializer=response.FromString,
        )
        return send(request, timeout=30)

    def watch(self, name):
        send = self.channel.unary_stream(
            SERVICE + "WatchRun",
            request_serializer=api.WatchRunRequest.SerializeToString,
            response_deserializer=api.WatchRunResponse.FromString,
        )
        return send(api.WatchRunRequest(name=name), timeout=60)


def new_run(width):
    return run_pb2.Run(
        display_name="from Python",
        network=network_pb2.Network(
            width=width,
            depth=100,
            negative_slope=0.01,
            weights=network_pb2.WEIGHT_LAW_ORTHOGONAL,
            named_gain=network_pb2.NAMED_GAIN_HE,
        ),
        seed=2**64 - 1,
        stopping_rule=run_pb2.StoppingRule(replica_count=8 * 32768),
    )


def refusal(simulation):
    """The status of a refused run, from the trailer that all of gRPC agrees on."""
    try:
        simulation.call("CreateRun", api.CreateRunRequest(run=new_run(width=0)))
    except grpc.RpcError as error:
        trailer = dict(error.trailing_metadata())["grpc-status-details-bin"]
        status = status_pb2.Status.FromString(trailer)
        info = error_details_pb2.ErrorInfo()
        bad_request = error_details_pb2.BadRequest()
        assert status.details[0].Unpack(info) and status.details[1].Unpack(bad_request)
        return {
            "code": error.code().name,
            "statusCode": status.code,
            "sameMessage": status.message == error.details(),
            "reason": info.reason,
            "domain": info.domain,
            "violations": [[v.field, v.description] for v in bad_request.field_violations],
        }
    raise AssertionError("a network of width 0 was accepted")


def main(address):
    with grpc.insecure_channel(address) as channel:
        simulation = Simulation(channel)
        created = simulation.call("CreateRun", api.CreateRunRequest(run=new_run(width=2))).run
        watched = [response.run for response in simulation.watch(created.name)]
        run = simulation.call("GetRun", api.GetRunRequest(name=created.name)).run
        print(
            json.dumps(
                {
                    "name": created.name,
                    "states": [run_pb2.RunState.Name(seen.state) for seen in watched],
                    "completed": [seen.progress.completed_shard_count for seen in watched],
                    "seed": str(run.seed),
                    "lyapunovExponent": run.lyapunov_exponent.estimate,
                    "standardError": run.lyapunov_exponent.standard_error,
                    "variance": run.variance.estimate,
                    "exact": run.exact.lyapunov_exponent,
                    "refusal": refusal(simulation),
                }
            )
        )


main(sys.argv[1])
