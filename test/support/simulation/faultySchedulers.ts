import type { SchedulerCommand, SchedulerEvent } from "../../../coordinator/scheduler/events.ts";
import { Scheduler } from "../../../coordinator/scheduler/scheduler.ts";
import type { Kind } from "../../../shared/kinds/kind.ts";
import { PROPAGATION_BACKENDS } from "../../../shared/kinds/propagation/propagationBackends.ts";
import type { StoppingRule } from "../../../shared/specification/stoppingRule.ts";
import { lieAbout } from "../syntheticPartials.ts";
import type { SchedulerFactory } from "./simulatedCoordinator.ts";

/** A scheduler with one fault, and the invariant that must detect it. */
export interface FaultyScheduler {
  readonly fault: string;
  readonly invariant: string;
  readonly create: SchedulerFactory;
}

/** Faulty schedulers: one for each way in which the simulation must be able to fail. */
export const FAULTY_SCHEDULERS: readonly FaultyScheduler[] = [
  {
    fault: "acknowledges a result before it is durable",
    invariant: "acknowledged is durable",
    create: withCommands((commands, event) =>
      event.kind === "shard_result"
        ? [...commands, { kind: "acknowledge", worker: event.worker, leases: [event.lease] }]
        : commands,
    ),
  },
  {
    fault: "never acknowledges",
    invariant: "every result is acknowledged",
    create: withCommands((commands) => commands.filter(({ kind }) => kind !== "acknowledge")),
  },
  {
    fault: "records a partial twice",
    invariant: "a shard is recorded once",
    create: withCommands((commands) =>
      commands.flatMap((command): SchedulerCommand[] =>
        command.kind === "record" ? [command, command] : [command],
      ),
    ),
  },
  {
    fault: "loses a partial",
    invariant: "the shards of a run are granted in order",
    create: withCommands((commands) =>
      commands.filter((command) => command.kind !== "record" || command.shard.shardIndex !== 1),
    ),
  },
  {
    fault: "does not look at the clock",
    invariant: "all runs end",
    create: (options, firstLease) =>
      new (class extends Scheduler {
        override handle(event: SchedulerEvent, at: number): readonly SchedulerCommand[] {
          return event.kind === "tick" ? [] : super.handle(event, at);
        }
      })(options, firstLease),
  },
  {
    fault: "keeps a disagreement to itself",
    invariant: "a disagreement is reported exactly when a duplicate contradicts",
    create: withCommands((commands) =>
      commands.filter(({ kind }) => kind !== "disagreement" && kind !== "quarantine"),
    ),
  },
  {
    fault: "lets a quarantined worker in again",
    invariant: "a quarantined worker is never asked again",
    create: (options, firstLease) =>
      new (class extends Scheduler {
        override quarantineReason(): undefined {
          return undefined;
        }
      })(options, firstLease),
  },
  {
    fault: "takes a lease back without a word",
    invariant: "a worker is told of a lease that is taken back",
    create: withCommands((commands) => commands.filter(({ kind }) => kind !== "revoke")),
  },
  {
    fault: "does not care how many partials wait for the ledger",
    invariant: "nothing is granted while the ledger is behind",
    create: (options, firstLease) =>
      new Scheduler({ ...options, maximumRecordings: Number.MAX_SAFE_INTEGER }, firstLease),
  },
  {
    fault: "takes every device for twice its size",
    invariant: "a device holds no more leases than it may",
    create: withEvents((event) =>
      event.kind === "worker_joined"
        ? {
            ...event,
            devices: event.devices.map(({ backends, slotCount }) => ({
              backends,
              slotCount: 2 * slotCount,
            })),
          }
        : event,
    ),
  },
  {
    fault: "does not hear what the generator of a device is",
    invariant: "a run is granted to devices of one generator",
    create: withEvents((event) =>
      event.kind === "worker_joined"
        ? {
            ...event,
            devices: event.devices.map(({ backends, slotCount }) => ({
              backends: backends.map(({ name }) => ({ name, generator: "" })),
              slotCount,
            })),
          }
        : event,
    ),
  },
  {
    fault: "waits for a generator for ever",
    invariant: "all runs end",
    create: (options, firstLease) =>
      new Scheduler({ ...options, generatorPatienceSeconds: 1e9 }, firstLease),
  },
  {
    fault: "thinks that every generator may be given up",
    invariant: "a generator that two workers have delivered is not given up",
    create: withEvents((event) =>
      event.kind === "run_submitted" ? { ...event, isFreed: true } : event,
    ),
  },
  {
    fault: "keeps a shard of a generator that was given up",
    invariant: "a generator is given up with all of its shards",
    create: withCommands((commands) =>
      commands.map((command) =>
        command.kind === "retract" && command.superseded !== undefined
          ? { ...command, shards: command.shards.slice(1) }
          : command,
      ),
    ),
  },
  {
    fault: "stops short of the rule",
    invariant: "a run succeeds exactly at the shortest prefix that meets its rule",
    create: withEvents((event) => {
      if (event.kind !== "run_submitted") return event;
      const { specification } = event;
      return {
        ...event,
        specification: { ...specification, stoppingRule: halved(specification.stoppingRule) },
      };
    }),
  },
  {
    fault: "changes a bit of what was recorded",
    invariant: "the estimate is the fold of partials in shard order",
    create: withEvents((event) =>
      event.kind === "run_submitted"
        ? {
            ...event,
            recorded: event.recorded.map((shard) => ({
              ...shard,
              partial: lieAbout(shard.partial),
            })),
          }
        : event,
    ),
  },
  {
    fault: "gives up too early",
    invariant: "a shard is parked only after its share of errors or losses",
    create: (options, firstLease) =>
      new Scheduler({ ...options, maximumErrors: 1, maximumLosses: 1 }, firstLease),
  },
  {
    fault: "waits too long for a worker that hangs",
    invariant: "a lease goes to a worker that is there to take it",
    create: (options, firstLease) =>
      new Scheduler(
        { ...options, leaseDurationSeconds: 3 * options.leaseDurationSeconds },
        firstLease,
      ),
  },
  {
    fault: "never compares",
    invariant: "a disagreement is reported exactly when a duplicate contradicts",
    create: (options, firstLease) => {
      const first = new Map<string, string>();
      return new (class extends Scheduler {
        override handle(event: SchedulerEvent, at: number): readonly SchedulerCommand[] {
          if (event.kind !== "shard_result") return super.handle(event, at);
          const shard = `${event.run}#${event.shardIndex}`;
          const digest = first.get(shard) ?? event.digest;
          first.set(shard, digest);
          return super.handle({ ...event, digest }, at);
        }
      })(options, firstLease);
    },
  },
  {
    fault: "quarantines the wrong one",
    invariant: "an honest worker is never quarantined",
    create: withCommands((commands, _event, { workers }) =>
      commands.map((command) => {
        const [other] = workers.keys();
        if (command.kind !== "quarantine" || other === undefined) return command;
        return { ...command, worker: other };
      }),
    ),
  },
  {
    fault: "believes whoever came first",
    invariant: "a worker is quarantined exactly when it contradicts itself or two that agree",
    create: withCommands((commands) =>
      commands.flatMap((command): SchedulerCommand[] => {
        if (command.kind !== "disagreement") return [command];
        const { worker } = command;
        return [command, { kind: "quarantine", worker, reason: "it came second" }];
      }),
    ),
  },
  {
    fault: "computes on while there is dispute",
    invariant: "what is in dispute is taken out of the estimate",
    create: withCommands((commands) => {
      const isDispute = commands.some(({ kind }) => kind === "disagreement");
      return commands.map((command) =>
        command.kind === "retract" && isDispute ? { ...command, shards: [] } : command,
      );
    }),
  },
  {
    fault: "leaves in the estimate what a liar has delivered",
    invariant: "no run ends on the word of a quarantined worker",
    create: withCommands((commands) => {
      const isQuarantine = commands.some(({ kind }) => kind === "quarantine");
      return commands.map((command) =>
        command.kind === "retract" && isQuarantine ? { ...command, shards: [] } : command,
      );
    }),
  },
  {
    fault: "checks nobody",
    invariant: "no run succeeds before its checks, if they may be back soon",
    create: (options, firstLease) =>
      new Scheduler({ ...options, doubleCheckInterval: 0 }, firstLease),
  },
  {
    fault: "does not wait for checks",
    invariant: "no run succeeds before its checks, if they may be back soon",
    create: (options, firstLease) =>
      new Scheduler({ ...options, doubleCheckPatienceSeconds: 0 }, firstLease),
  },
  {
    fault: "compares the partials of two generators bit for bit",
    invariant: "a disagreement is reported exactly when a duplicate contradicts",
    create: withKind({ tolerance: () => 0 }),
  },
  {
    fault: "believes whatever another generator says",
    invariant: "a disagreement is reported exactly when a duplicate contradicts",
    create: withKind({ tolerance: () => Infinity }),
  },
  {
    fault: "does not know what a backend can do",
    invariant: "a backend is given only what it can do",
    create: withKind({
      backends: ({ backend }) => (backend === "any" ? PROPAGATION_BACKENDS : [backend]),
    }),
  },
  {
    fault: "forgets who computed what was folded before",
    invariant: "an estimate says who computed how much of it",
    create: withEvents((event) => {
      if (event.kind !== "run_submitted" || event.beginning?.fold === undefined) return event;
      const { shardCount, sums } = event.beginning.fold;
      return { ...event, beginning: { ...event.beginning, fold: { shardCount, sums } } };
    }),
  },
  {
    fault: "numbers leases anew when it starts again",
    invariant: "a lease has a number of its own",
    create: (options) => new Scheduler(options),
  },
];

function withCommands(
  change: (
    commands: readonly SchedulerCommand[],
    event: SchedulerEvent,
    scheduler: Scheduler,
  ) => readonly SchedulerCommand[],
): SchedulerFactory {
  class Faulty extends Scheduler {
    override handle(event: SchedulerEvent, at: number): readonly SchedulerCommand[] {
      return change(super.handle(event, at), event, this);
    }
  }
  return (options, firstLease) => new Faulty(options, firstLease);
}

function withEvents(change: (event: SchedulerEvent) => SchedulerEvent): SchedulerFactory {
  class Faulty extends Scheduler {
    override handle(event: SchedulerEvent, at: number): readonly SchedulerCommand[] {
      return super.handle(change(event), at);
    }
  }
  return (options, firstLease) => new Faulty(options, firstLease);
}

/** A scheduler that is told something else of the kind of its runs. */
function withKind(change: Partial<Kind>): SchedulerFactory {
  return withEvents((event) => {
    if (event.kind !== "run_submitted") return event;
    const { specification } = event;
    const kind = { ...specification.kind, ...change };
    return { ...event, specification: { ...specification, kind } };
  });
}

function halved(rule: StoppingRule): StoppingRule {
  if (rule.kind === "replicas")
    return { kind: "replicas", replicaCount: Math.ceil(rule.replicaCount / 2) };
  const maximumReplicaCount = Math.ceil(rule.precision.maximumReplicaCount / 2);
  return { kind: "precision", precision: { ...rule.precision, maximumReplicaCount } };
}
