/** What a token lets its holder do: look, ask for work as well, or do the work of a worker. */
export const ROLES = ["read", "submit", "work"] as const;

export type Role = (typeof ROLES)[number];

/** Whether holders of `roles` may do what `needed` is for: who submits may read, too. */
export function permits(roles: readonly Role[], needed: Role): boolean {
  return roles.includes(needed) || (needed === "read" && roles.includes("submit"));
}
