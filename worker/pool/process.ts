/** A process that computes shards; worker/pool/processPool.ts starts it. */
import { listAdapters, loadBackend } from "../backends/registry.ts";
import { serveShards } from "./shardServer.ts";

serveShards({ load: loadBackend, list: listAdapters });
