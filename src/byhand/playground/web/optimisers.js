// How a gradient becomes a step: the optimisers of src/byhand/nn/optimisers.py, where their sources are, and the
// schedules of src/byhand/nn/schedules.py.

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];
const WARM_UP = 0.2;

export const SCHEDULES = {
  constant: () => 1,
  "one-cycle": (progress) => (progress < WARM_UP
    ? 0.1 + (0.9 * progress) / WARM_UP
    : (1 + Math.cos((Math.PI * (progress - WARM_UP)) / (1 - WARM_UP))) / 2),
};

// Gives step(rate), which moves the parameters against their gradient.
export function makeOptimiser(name, parameters, gradient, momentum) {
  const velocity = new Float64Array(parameters.length);
  if (name === "adam") {
    const square = new Float64Array(parameters.length);
    let steps = 0;
    return (rate) => {
      steps += 1;
      const [meanSoFar, squareSoFar] = [1 - BETA1 ** steps, 1 - BETA2 ** steps];
      for (let i = 0; i < parameters.length; i += 1) {
        velocity[i] = BETA1 * velocity[i] + (1 - BETA1) * gradient[i];
        square[i] = BETA2 * square[i] + (1 - BETA2) * gradient[i] ** 2;
        parameters[i] -= (rate / meanSoFar) * velocity[i] / (Math.sqrt(square[i] / squareSoFar) + EPSILON);
      }
    };
  }
  const ahead = name === "nesterov" ? 1 : 0;
  return (rate) => {
    for (let i = 0; i < parameters.length; i += 1) {
      velocity[i] = momentum * velocity[i] + gradient[i];
      parameters[i] -= rate * (ahead ? gradient[i] + momentum * velocity[i] : velocity[i]);
    }
  };
}
