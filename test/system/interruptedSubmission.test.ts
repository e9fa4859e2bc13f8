import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";

import {
  Metadata,
  type sendUnaryData,
  Server,
  ServerCredentials,
  status as Code,
  type UntypedHandleCall,
} from "@grpc/grpc-js";

import { SimulationService } from "../../shared/wire/protocol.ts";
import { startCommand } from "./support/command.ts";
import type { Started } from "./support/processes.ts";

type Answer = sendUnaryData<object>;

/** A coordinator whose answer to a creation waits for the test. */
class Hesitant implements AsyncDisposable {
  readonly address: string;
  readonly #server: Server;
  readonly #asked: Promise<Answer>;

  private constructor(server: Server, port: number, asked: Promise<Answer>) {
    this.#server = server;
    this.address = `127.0.0.1:${port}`;
    this.#asked = asked;
  }

  static async start(): Promise<Hesitant> {
    const asked = Promise.withResolvers<Answer>();
    const create = (_call: unknown, answer: Answer) => {
      asked.resolve(answer);
    };
    const server = new Server();
    const methods = Object.keys(SimulationService.service);
    const handlers = methods.map((method) => [method, create] as [string, UntypedHandleCall]);
    server.addService(SimulationService.service, Object.fromEntries(handlers));
    const bound = Promise.withResolvers<number>();
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) bound.resolve(port);
      else bound.reject(error);
    });
    return new Hesitant(server, await bound.promise, asked.promise);
  }

  /** Resolves once the command has asked, to what answers it. */
  get asked(): Promise<Answer> {
    return this.#asked;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
  }
}

const COMMANDS = [
  ["run --width 4", "runs", "the run", "run"],
  ["sweep examples/headline.yaml", "sweeps", "the sweep", "sweep"],
] as const;

/** Longer than an echo may take. */
const ECHO_MILLISECONDS = 700;

describe("Ctrl-C while a coordinator has not answered yet", () => {
  for (const [line, collection, what, field] of COMMANDS) {
    const start = (hesitant: Hesitant) =>
      startCommand([...line.split(" "), "--coordinator", hesitant.address]);
    const waits = new RegExp(`${what} is being submitted; waiting for the answer`);
    const list = (hesitant: Hesitant) =>
      `so ${what} may be there or not: lyapunov ${collection} list --coordinator ${hesitant.address}\n`;

    /** Interrupts a command that waits for its answer. */
    async function interrupt(command: Started): Promise<void> {
      command.signal("SIGINT");
      await command.said(waits);
    }

    it(`waits for the answer and says how to watch or to end ${what}`, async () => {
      await using hesitant = await Hesitant.start();
      await using command = start(hesitant);
      const answer = await hesitant.asked;
      await interrupt(command);
      answer(null, { [field]: { name: `${collection}/abc` } });
      const { code, stderr } = await command.ended;
      assert.equal(code, 130);
      for (const verb of ["watch", "cancel"]) {
        const flags = `--coordinator ${hesitant.address}`;
        assert.ok(stderr.includes(`lyapunov ${collection} ${verb} ${collection}/abc ${flags}`));
      }
    });

    it(`says that ${what} is not there if it was refused`, async () => {
      await using hesitant = await Hesitant.start();
      await using command = start(hesitant);
      const answer = await hesitant.asked;
      await interrupt(command);
      const refusal = { code: Code.RESOURCE_EXHAUSTED, details: "too many runs" };
      answer({ ...refusal, metadata: new Metadata() });
      const { code, stderr } = await command.ended;
      assert.equal(code, 130);
      assert.ok(stderr.endsWith("\ninterrupted; nothing was submitted: too many runs\n"), stderr);
    });

    it(`says that ${what} may be there if nobody waits for the answer`, async () => {
      await using hesitant = await Hesitant.start();
      await using command = start(hesitant);
      await hesitant.asked;
      await interrupt(command);
      // One that follows at once is taken for npm's echo of the first.
      await delay(ECHO_MILLISECONDS);
      command.signal("SIGINT");
      const { code, stderr } = await command.ended;
      assert.equal(code, 130);
      assert.ok(stderr.endsWith(list(hesitant)), stderr);
    });
  }
});
