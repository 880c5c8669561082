"use strict";

// One trajectory by the recurrence and the stop rule of include/deadcone/trajectory/trajectory.hpp, in double:
//
//   g = grad L(theta),   m' = beta m + (1 - beta) g,   theta' = theta - eta m',   m = 0 at the start.
//
// Without fused operations, so the last bits differ from those of the program.

atlas.follow = (() => {
  const DIVERGENCE = 1e6;
  const [PENDING, CONVERGED, DEAD, STALLED, UNFINISHED, DIVERGED] = [
    "pending", "converged", "dead", "stalled", "unfinished", "diverged",
  ].map(atlas.fateCode);
  // Beyond it, the page would not respond for seconds.
  const MOST_STEPS = 1e7;

  /** The constants of the trajectories of a point, from its values and the sweep's criteria. */
  function dynamics(point, criteria) {
    const targetNorm = Math.sqrt(point.gamma * point.gamma + point.delta * point.delta);
    const tolerance = criteria.tolerance * (criteria.relative_tolerance ? targetNorm : 1);
    return {
      ...point,
      targetNorm,
      restSquared: (tolerance / point.eta) ** 2,
      reachSquared: (criteria.rho * targetNorm) ** 2,
      epsilon: criteria.epsilon,
      looksAtGradient: criteria.stop === "stationary",
      maxSteps: criteria.max_steps,
    };
  }

  const squaredNorm = (a) => a.r * a.r + a.w * a.w + a.b * a.b;

  function squaredDistance(theta, { gamma, delta }) {
    const w = theta.w - gamma;
    const b = theta.b - delta;
    return theta.r * theta.r + w * w + b * b;
  }

  const unit = { s: 0, t: 0, alongR: 0, alongW: 0, density: 0, distribution: 0 };

  /** What loss and gradient need of the unit. Where s = 0 it is the constant relu(b), and every phi term is 0. */
  function observeUnit(theta) {
    const s = theta.r === 0 ? Math.abs(theta.w) : Math.sqrt(theta.w * theta.w + theta.r * theta.r);
    unit.s = s;
    unit.alongR = s > 0 ? theta.r / s : 0;
    unit.alongW = s > 0 ? theta.w / s : 1;
    atlas.normal(theta.b / s, unit);
    // Infinite where s = 0; phi is zero there.
    unit.t = s > 0 ? theta.b / s : 0;
    return unit;
  }

  function gradient(theta, { gamma, delta }, result) {
    const { s, t, alongR, alongW, density, distribution } = observeUnit(theta);
    const g = gamma * alongW;
    const edge = density * (t * g - delta);
    result.r = distribution * theta.r + edge * alongR;
    result.w = distribution * (theta.w - gamma) + edge * alongW;
    result.b = distribution * (theta.b - delta) + density * (s - g);
  }

  function loss(theta, target) {
    const { s, density, distribution } = observeUnit(theta);
    const { gamma, delta } = target;
    const active = distribution * squaredDistance(theta, target);
    const silent = (1 - distribution) * (gamma * gamma + delta * delta);
    return 0.5 * (active + silent) + density * s * (0.5 * theta.b - delta);
  }

  function update(theta, momentum, slope, { beta, eta }) {
    momentum.r = beta * momentum.r + (1 - beta) * slope.r;
    momentum.w = beta * momentum.w + (1 - beta) * slope.w;
    momentum.b = beta * momentum.b + (1 - beta) * slope.b;
    theta.r -= eta * momentum.r;
    theta.w -= eta * momentum.w;
    theta.b -= eta * momentum.b;
  }

  function fateAtRest(theta, constants) {
    if (squaredDistance(theta, constants) <= constants.reachSquared) return CONVERGED;
    return observeUnit(theta).distribution < constants.epsilon ? DEAD : STALLED;
  }

  /** Runs it to its end; observe(steps, theta) sees the start and every update. A trajectory too long is pending. */
  function run(constants, start, observe) {
    const theta = { r: constants.r, ...start };
    const momentum = { r: 0, w: 0, b: 0 };
    const slope = { r: 0, w: 0, b: 0 };
    const limit = (DIVERGENCE * (Math.sqrt(squaredNorm(theta)) + constants.targetNorm)) ** 2;
    const end = (fate, steps) => ({ fate, steps, theta });
    observe(0, theta);
    let stopsAt = 0; // where the update before met the stop rule, and this one has to
    for (let steps = 1; steps <= Math.min(constants.maxSteps, MOST_STEPS); ++steps) {
      gradient(theta, constants, slope);
      update(theta, momentum, slope, constants);
      observe(steps, theta);
      if (!(squaredNorm(theta) <= limit)) return end(DIVERGED, steps);
      const rests =
        squaredNorm(momentum) < constants.restSquared &&
        !(constants.looksAtGradient && !(squaredNorm(slope) < constants.restSquared));
      if (rests && steps === stopsAt) return end(fateAtRest(theta, constants), steps);
      if (rests) stopsAt = steps + 1;
    }
    return constants.maxSteps > MOST_STEPS ? end(PENDING, MOST_STEPS) : end(UNFINISHED, constants.maxSteps);
  }

  /** Keeps what can be seen of the way: a point wherever it has moved by `length`, up to so many. */
  function wayRecorder(length) {
    const MOST_POINTS = 20000;
    const way = [];
    const squared = length * length;
    return {
      way,
      see(_, { w, b }) {
        const last = way[way.length - 1];
        if (last && (way.length >= MOST_POINTS || (w - last[0]) ** 2 + (b - last[1]) ** 2 < squared)) return;
        if (Number.isFinite(w) && Number.isFinite(b)) way.push([w, b]);
      },
    };
  }

  /** Keeps loss and distance to the target at steps that are evenly spread on a logarithmic axis. */
  function courseRecorder(constants) {
    const DENSITY = 1.01;
    const course = { steps: [], loss: [], distance: [] };
    let next = 1;
    return {
      course,
      see(steps, theta) {
        if (steps < next) return;
        next = Math.max(steps + 1, Math.ceil(steps * DENSITY));
        course.steps.push(steps);
        course.loss.push(loss(theta, constants));
        course.distance.push(Math.sqrt(squaredDistance(theta, constants)));
      },
    };
  }

  /** The trajectory of a point from a start (w, b): its fate, steps, end, way and course. */
  return (point, criteria, start, length) => {
    const constants = dynamics(point, criteria);
    const { way, see: seeWay } = wayRecorder(length);
    const { course, see: seeCourse } = courseRecorder(constants);
    const result = run(constants, start, (steps, theta) => {
      seeWay(steps, theta);
      seeCourse(steps, theta);
    });
    const { w, b } = result.theta;
    if (Number.isFinite(w) && Number.isFinite(b)) way.push([w, b]);
    return { ...result, way, course };
  };
})();
