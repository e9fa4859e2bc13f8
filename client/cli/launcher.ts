import { readFileSync } from "node:fs";

const LOOK_MILLISECONDS = 500;

/** npm's commands that wait for what they have started; npm puts its own into the environment. */
const WAITING = new Set(["exec", "start"]);

/**
 * Ends this process as SIGTERM does when the npm that started it is gone. npm (`npx lyapunov …`, `npm
 * start`) dies of a SIGTERM itself and tells nobody; what it started would go on, and keep its port.
 */
export function endWithLauncher(): void {
  if (!WAITING.has(process.env["npm_command"] ?? "")) return;
  const launchers = launchersNow();
  const timer = setInterval(() => {
    if (launchersNow() === launchers) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, LOOK_MILLISECONDS);
  timer.unref();
}

/** The parent, a shell that npm may have started, and its parent, which then is npm. */
function launchersNow(): string {
  const parent = process.ppid;
  return `${parent} ${parentOf(parent) ?? "unknown"}`;
}

/** The parent of a process, where the system has /proc. */
function parentOf(pid: number): string | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return /^PPid:\s*(\d+)$/m.exec(status)?.[1];
  } catch {
    return undefined;
  }
}
