/** A command line that can be typed, and what it is for. */
export type Example = readonly [command: string, use: string];

/** Examples that the help of each command shows, by the command's name; `` is the program. */
export const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  "": [
    ["lyapunov exact --width 16", "closed forms of a network with He's gain"],
    ["lyapunov run --width 16 --precision 1e-4", "the same by Monte Carlo, on this machine"],
    ["lyapunov help runs list", "what a command takes"],
  ],
  exact: [
    ["lyapunov exact --width 16 --negative-slope 0.01 --gain he", "what He's gain does"],
    ["lyapunov exact --width 16 --weights orthogonal --q 1,2,4 --json", "for programs"],
  ],
  run: [
    ["lyapunov run --width 16 --gain he --replicas 65536", "a number of networks"],
    ["lyapunov run --width 16 --precision 1e-4", "until the standard error of λ̂ is 10⁻⁴"],
    ["lyapunov run --width 8 --weights uniform --json", "a law without closed form, for programs"],
    ["lyapunov run --width 16 --coordinator 127.0.0.1:7400", "on a cluster that runs"],
  ],
  init: [
    [
      "lyapunov init --width 16 --depth 200",
      "what keeps the typical network's norm, what does not",
    ],
    [
      "lyapunov init --widths 4,16,16,1 --weights orthogonal --json",
      "layer by layer, for programs",
    ],
    [
      "lyapunov init --width 16 --depth 200 --candidates 1000 --output network.safetensors",
      "the nearest to constant norms of a thousand networks, with its weights",
    ],
  ],
  sweep: [
    ["lyapunov sweep examples/phases.yaml", "every run of a file"],
    ["lyapunov sweep examples/phases.yaml --plot phases.svg", "with a picture"],
  ],
  reproduce: [
    ["lyapunov reproduce --quick", "all claims, in three minutes"],
    ["lyapunov reproduce --only lln,clt --output limits", "two of them, with all networks"],
  ],
  study: [
    ["lyapunov study examples/study.yaml", "a small one, in under a minute"],
    ["lyapunov study examples/study.yaml --plot curves.svg", "with learning curves"],
  ],
  serve: [
    ["lyapunov serve", "for this machine only"],
    ["lyapunov serve --ledger runs.sqlite --http 127.0.0.1:8080", "with a file, and a page"],
  ],
  work: [
    ["lyapunov work", "for a coordinator on this machine, with all processors"],
    ["lyapunov work --coordinator 127.0.0.1:7400 --threads 8", "with eight threads"],
    ["lyapunov work --backend webgpu --devices gpu0", "with one GPU, and nothing else"],
  ],
  devices: [
    ["lyapunov devices", "processor and GPUs, measured"],
    ["lyapunov devices --json", "for programs"],
  ],
  runs: [
    ["lyapunov runs list", "the newest runs"],
    ["lyapunov runs show runs/4727b7c4ce09", "all that is known of one"],
  ],
  "runs list": [
    ["lyapunov runs list --limit 200", "more than the newest 50"],
    ["lyapunov runs list --json", "for programs"],
  ],
  "runs show": [
    ["lyapunov runs show runs/4727b7c4ce09", "a run"],
    ["lyapunov runs show runs/4727b7c4ce09 --json", "for programs"],
  ],
  "runs watch": [["lyapunov runs watch runs/4727b7c4ce09", "until it has ended"]],
  "runs cancel": [["lyapunov runs cancel runs/4727b7c4ce09", "what it has stays readable"]],
  "runs extend": [
    ["lyapunov runs extend runs/4727b7c4ce09 --replicas 1000000", "to a million in all"],
    ["lyapunov runs extend runs/4727b7c4ce09 --precision 1e-5", "to more precision"],
  ],
  "runs plot": [
    ["lyapunov runs plot runs/4727b7c4ce09", "λ̂ over ever more replicas, in the terminal"],
    ["lyapunov runs plot runs/4727b7c4ce09 --kind depth --output depth.svg", "into a file"],
  ],
  "runs export": [
    ["lyapunov runs export runs/4727b7c4ce09 --output run.parquet", "for pandas and others"],
    ["lyapunov runs export runs/4727b7c4ce09 --format csv", "to standard output"],
  ],
  sweeps: [
    ["lyapunov sweeps list", "the newest sweeps"],
    ["lyapunov sweeps show sweeps/9c1d22e0a4b7", "every run of one, in a table"],
  ],
  "sweeps list": [["lyapunov sweeps list --limit 200", "more than the newest 50"]],
  "sweeps show": [["lyapunov sweeps show sweeps/9c1d22e0a4b7 --json", "for programs"]],
  "sweeps watch": [["lyapunov sweeps watch sweeps/9c1d22e0a4b7", "until all its runs have ended"]],
  "sweeps cancel": [["lyapunov sweeps cancel sweeps/9c1d22e0a4b7", "what it has stays readable"]],
  "sweeps extend": [
    ["lyapunov sweeps extend sweeps/9c1d22e0a4b7 --precision 1e-5", "to more precision"],
  ],
  "sweeps plot": [
    ["lyapunov sweeps plot sweeps/9c1d22e0a4b7 --output phases.svg", "λ̂ over what varies"],
  ],
  "sweeps export": [
    ["lyapunov sweeps export sweeps/9c1d22e0a4b7 --output sweep.parquet", "for pandas and others"],
  ],
  ledgers: [
    ["lyapunov ledgers list", "what interrupted commands have left"],
    ["lyapunov ledgers remove --older-than 7", "what nobody went on with for a week"],
  ],
  "ledgers list": [["lyapunov ledgers list --json", "for programs"]],
  "ledgers remove": [
    ["lyapunov ledgers remove 4f0c", "one, by the beginning of its id"],
    ["lyapunov ledgers remove --all", "all of them"],
  ],
  "ledgers recover": [
    ["lyapunov ledgers recover ledger.sqlite saved.sqlite", "what is intact, in a new file"],
  ],
  token: [
    ["lyapunov token alice --roles read,submit --token-file alice.token", "for a person"],
    ["lyapunov token node-7 --roles work", "for a machine that works"],
  ],
  bench: [
    ["lyapunov bench", "every law at three widths"],
    ["lyapunov bench --precision 1e-4 --width 64 --weights gaussian", "how long a run would take"],
  ],
};
