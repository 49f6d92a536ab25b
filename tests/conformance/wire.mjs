export const wireCases = [];
