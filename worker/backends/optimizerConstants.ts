/** The constants of Adam (Kingma and Ba 2015) as that paper recommends them. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** The share of its last change that gradient descent with momentum keeps. */
export const MOMENTUM = 0.9;
