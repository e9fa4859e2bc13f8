import assert from "node:assert/strict";

import { ignoredSignals } from "../../../client/cli/inheritedSignals.ts";
import { StopListener, type StopSignal } from "../../../client/cli/stopSignals.ts";

describe("signals to stop", () => {
  /** What is heard, each with its time in seconds, and what is to be done about it. */
  const stories: readonly (readonly [
    what: string,
    heard: readonly (readonly [StopSignal, number, "stop" | "end" | "go on"])[],
  ])[] = [
    [
      "a person who does not wait",
      [
        ["SIGINT", 0, "stop"],
        ["SIGINT", 3, "end"],
      ],
    ],
    [
      "a second SIGTERM",
      [
        ["SIGTERM", 0, "stop"],
        ["SIGTERM", 30, "end"],
      ],
    ],
    [
      "Ctrl-C, which npm passes on once more",
      [
        ["SIGINT", 0, "stop"],
        ["SIGINT", 0.004, "go on"],
        ["SIGINT", 2, "end"],
      ],
    ],
    [
      "somebody who hammers on Ctrl-C",
      [
        ["SIGINT", 0, "stop"],
        ["SIGINT", 0.3, "go on"],
        ["SIGINT", 0.6, "end"],
      ],
    ],
    [
      "Slurm, which warns and then ends a job",
      [
        ["SIGUSR1", 0, "stop"],
        ["SIGTERM", 60, "go on"],
        ["SIGTERM", 90, "end"],
      ],
    ],
    [
      "systemd, which hangs up as well",
      [
        ["SIGTERM", 0, "stop"],
        ["SIGHUP", 0, "go on"],
      ],
    ],
    [
      "a limit of processor time, which warns every second",
      [
        ["SIGXCPU", 0, "stop"],
        ["SIGXCPU", 1, "go on"],
        ["SIGXCPU", 2, "go on"],
      ],
    ],
    [
      "warnings that are repeated",
      [
        ["SIGUSR2", 0, "stop"],
        ["SIGUSR2", 60, "go on"],
      ],
    ],
    [
      "a person after a warning",
      [
        ["SIGHUP", 0, "stop"],
        ["SIGINT", 9, "go on"],
        ["SIGINT", 10, "end"],
      ],
    ],
  ];
  for (const [what, heard] of stories) {
    it(`are understood from ${what}`, () => {
      const listener = new StopListener();
      for (const [signal, time, reaction] of heard) {
        assert.equal(listener.hear(signal, time), reaction, `${signal} at ${time} s`);
      }
    });
  }
});

describe("signals that were ignored before Node started", () => {
  const rows: readonly (readonly [Record<string, string>, readonly string[]])[] = [
    [{}, []],
    [{ LYAPUNOV_SIGIGN: "" }, []],
    [{ LYAPUNOV_SIGIGN: "0000000000000001" }, ["SIGHUP"]],
    // SIGPIPE (13) and SIGXFSZ (25) are ignored by Node in any case.
    [{ LYAPUNOV_SIGIGN: "0000000001001000" }, []],
    [{ LYAPUNOV_SIGIGN: "0000000000000806" }, ["SIGINT", "SIGUSR2", "SIGQUIT"]],
    [{ LYAPUNOV_SIGIGN: "nonsense" }, []],
    [{ _: "/usr/bin/nohup" }, ["SIGHUP"]],
    [{ _: "/usr/bin/node", LYAPUNOV_SIGIGN: "0000000000004200" }, ["SIGTERM", "SIGUSR1"]],
    [{ _: "/home/me/not-nohup" }, []],
  ];
  for (const [environment, expected] of rows) {
    it(`are ${expected.join(", ") || "none"} with ${JSON.stringify(environment)}`, () => {
      assert.deepEqual([...ignoredSignals(environment)], expected);
    });
  }
});
