/** What a token permits: reading, submitting as well as reading, or joining as a worker. */
export const ROLES = ["read", "submit", "work"] as const;

export type Role = (typeof ROLES)[number];

/** True if holders of `roles` may do what needs the role `needed`; submitters may also read. */
export function permits(roles: readonly Role[], needed: Role): boolean {
  return roles.includes(needed) || (needed === "read" && roles.includes("submit"));
}
