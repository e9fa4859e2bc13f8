#!/usr/bin/env -S sh -c 'while read -r k v && [ "$k" != SigIgn: ]; do :; done 2>/dev/null </proc/self/status; export LYAPUNOV_SIGIGN="$v"; exec node --inspect-port=192.0.2.1:9229 "$0" "$@"'
// The line above starts Node. It tells it which signals were to be ignored, and names an address for
// the debugger that no machine has: see inheritedSignals.ts.
const NEEDED = 24;

const running = Number(process.versions.node.split(".")[0]);
if (running >= NEEDED) {
  // Imported here, for older versions cannot even read the rest.
  const { guardSignals } = await import("./cli/inheritedSignals.ts");
  guardSignals();
  const { keepCompiledCode } = await import("./cli/compileCache.ts");
  keepCompiledCode();
  const { endWithLauncher } = await import("./cli/launcher.ts");
  endWithLauncher();
  const { runProgram } = await import("./cli/program.ts");
  process.exitCode = await runProgram();
} else {
  process.stderr.write(
    `lyapunov: Node ${process.versions.node} is too old; run it with Node ${NEEDED} or newer, ` +
      `as './lyapunov' and 'npx lyapunov' do in a checkout\n`,
  );
  process.exitCode = 1;
}
