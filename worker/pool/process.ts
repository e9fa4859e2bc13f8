/** A process that computes shards; worker/pool/processPool.ts starts it. */
import { loadBackend } from "../backends/registry.ts";
import { serveShards } from "./shardServer.ts";

serveShards(loadBackend);
