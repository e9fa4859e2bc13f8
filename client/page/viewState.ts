/** A resource of the coordinator by its name, such as `runs/4f0c`. */
export interface Resource {
  readonly name: string;
}

/** What an event of the coordinator says. */
export interface ViewEvent {
  readonly rest: Readonly<Record<string, unknown>>;
  /** Names of everything that there is now, in the order to show it. */
  readonly order: readonly string[];
  /** Resources that are new or have changed since the event before. */
  readonly changed: readonly Resource[];
}

/** What a page shows. */
export interface ViewState {
  readonly rest: Readonly<Record<string, unknown>>;
  readonly resources: readonly Resource[];
}

/** The state after an event. */
export function after(state: ViewState | undefined, event: ViewEvent): ViewState {
  const known = new Map(state?.resources.map((resource) => [resource.name, resource]));
  for (const resource of event.changed) known.set(resource.name, resource);
  return { rest: event.rest, resources: event.order.flatMap((name) => known.get(name) ?? []) };
}
