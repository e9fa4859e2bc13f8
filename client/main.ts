#!/usr/bin/env node
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
  const { endDespiteLeftovers } = await import("./cli/leftovers.ts");
  endDespiteLeftovers();
} else {
  process.stderr.write(
    `lyapunov: Node ${process.versions.node} is too old; run it with Node ${NEEDED} or newer, ` +
      `as './lyapunov' and 'npx lyapunov' do in a checkout\n`,
  );
  process.exitCode = 1;
}
