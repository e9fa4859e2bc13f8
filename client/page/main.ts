import { Connection, type Condition } from "./connection.ts";
import { html, morph } from "./dom.ts";
import { fleetPage } from "./fleetPage.ts";
import { loginForm, storedToken } from "./login.ts";
import { overviewPage } from "./overviewPage.ts";
import { runPage } from "./runPage.ts";
import { sweepPage } from "./sweepPage.ts";
import type { ViewState } from "./viewState.ts";

const CONDITIONS: Readonly<Record<Condition["kind"], string>> = {
  connecting: "connecting",
  live: "live",
  lost: "the coordinator does not answer; trying again",
  refused: "refused",
};
/** Widths of a chart: the least, and the most with a neighbour and without one. */
const CHART_WIDTHS = { least: 300, most: 520, mostAlone: 1084, margin: 34 } as const;

const content = found("#content");
const condition = found("#condition");
let connection: Connection | undefined;
let state: ViewState | undefined;

function found(selector: string): Element {
  const element = document.querySelector(selector);
  if (element === null) throw new Error(`the page has no ${selector}`);
  return element;
}

/** What the address asks to see: `overview`, `fleet`, `runs/{id}` or `sweeps/{id}`. */
function viewName(): string {
  const path = location.pathname.slice(1);
  return path === "" ? "overview" : path;
}

function chartWidth(most: number = CHART_WIDTHS.most): number {
  const room = content.clientWidth - CHART_WIDTHS.margin;
  return Math.max(CHART_WIDTHS.least, Math.min(most, room));
}

function pageOf(shown: ViewState): HTMLElement[] {
  const view = viewName();
  if (view === "overview") return overviewPage(shown);
  if (view === "fleet") return fleetPage(shown);
  if (view.startsWith("runs/")) {
    return runPage(shown, chartWidth(), chartWidth(CHART_WIDTHS.mostAlone));
  }
  return sweepPage(shown, chartWidth(), chartWidth(CHART_WIDTHS.mostAlone));
}

function show(...children: Node[]): void {
  morph(content, html("main", {}, ...children));
}

function draw(): void {
  if (state === undefined) return;
  show(...pageOf(state));
  const heading = content.querySelector("h1")?.firstChild?.textContent ?? "";
  document.title = `${heading} · lyapunov`;
}

function onCondition(now: Condition): void {
  condition.setAttribute("data-kind", now.kind);
  const words = CONDITIONS[now.kind];
  if (condition.textContent !== words) condition.textContent = words;
  if (now.kind !== "refused") return;
  if (now.status === 401 || now.status === 403)
    content.replaceChildren(loginForm(now.message, open));
  else content.replaceChildren(html("p", { class: "trouble", role: "alert" }, now.message));
}

/** Opens what the address names. */
function open(): void {
  connection?.close();
  state = undefined;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === location.pathname) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const query = new URLSearchParams(location.search);
  query.set("view", viewName());
  connection = new Connection({
    query: query.toString(),
    token: storedToken(),
    onCondition,
    onState: (now) => {
      const isFirst = state === undefined;
      state = now;
      // Keeps nothing of the page before, such as a table that was open there.
      if (isFirst) content.replaceChildren();
      draw();
    },
  });
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (link === null || !isPlain || link.origin !== location.origin || link.hash !== "") return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  scrollTo(0, 0);
  open();
  // Screen readers announce the new page.
  if (content instanceof HTMLElement) content.focus();
});
addEventListener("popstate", open);
addEventListener("resize", draw);
open();
