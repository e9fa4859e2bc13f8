/** The weight laws that the peers have, too. */
export const PEER_LAWS = ["gaussian", "uniform", "rademacher"] as const;

export type PeerLaw = (typeof PEER_LAWS)[number];
