/** What is remembered of the fleet: states for the time line, and samples for the charts. */

const KEPT = 70_000;
const RATE_OVER = 1_000;

export class History {
  constructor() {
    this.agents = new Map();
    this.samples = [];
    this.clock = 0;
    this.clockSetAt = 0;
  }

  /** The service's time now, as far as its last snapshot tells. */
  now() {
    return this.clock + (performance.now() - this.clockSetAt);
  }

  event(event) {
    const at = Date.parse(event.at);
    if (event.kind === "started" && !this.agents.has(event.agent)) {
      this.#open(event.agent);
    }
    const agent = this.agents.get(event.agent);
    if (!agent) return;
    switch (event.kind) {
      case "state": this.#enter(agent, { at, state: event.state, attempt: event.attempt, delay: event.delayMillis }); break;
      case "gap": agent.gaps.push({ from: Date.parse(event.from), to: Date.parse(event.to) }); break;
      case "refill": agent.refills.push({ at, messages: event.messages }); break;
      case "stopped": this.#enter(agent, { at, state: "stopped" }); break;
    }
  }

  snapshot(snapshot) {
    this.clock = Date.parse(snapshot.at);
    this.clockSetAt = performance.now();
    for (const seen of snapshot.agents) {
      const agent = this.agents.get(seen.id) ?? this.#open(seen.id);
      const since = Date.parse(seen.since);
      const last = agent.states.at(-1);
      // Its events are told besides; this is for those that came before this page.
      if (!last) {
        this.#enter(agent, { at: since, state: seen.state, attempt: seen.attempt, delay: seen.delayMillis });
      }
    }
    this.#sample(snapshot);
    this.#forget();
  }

  #open(id) {
    const agent = { id, states: [], gaps: [], refills: [] };
    this.agents.set(id, agent);
    this.agents = new Map([...this.agents].sort(([a], [b]) => (a < b ? -1 : 1)));
    return agent;
  }

  #enter(agent, entry) {
    agent.states.push(entry);
    agent.states.sort((a, b) => a.at - b.at);
  }

  #sample(snapshot) {
    const counters = new Map(snapshot.agents.map(agent => [agent.id, agent]));
    const earlier = this.#sampleBefore(this.clock - RATE_OVER);
    const rates = new Map();
    let dropRate = 0;
    for (const agent of snapshot.agents) {
      const before = earlier?.counters.get(agent.id);
      const seconds = earlier ? (this.clock - earlier.at) / 1000 : 0;
      // A counter that has fallen belongs to another run of the agent.
      const known = before && seconds > 0 && agent.received >= before.received;
      rates.set(agent.id, known ? (agent.received - before.received) / seconds : null);
      dropRate += known ? Math.max(0, agent.dropped - before.dropped) / seconds : 0;
    }
    const ages = snapshot.agents.map(agent => agent.ageMillis).filter(age => age !== null).sort((a, b) => a - b);
    const worst = snapshot.agents.map(agent => agent.worstAgeMillis).filter(age => age !== null);
    this.samples.push({
      at: this.clock,
      counters,
      rates,
      received: earlier ? sum([...rates.values()].map(rate => rate ?? 0)) : null,
      dropRate: earlier ? dropRate : null,
      age: ages.length ? ages[Math.floor(ages.length / 2)] : null,
      worst: worst.length ? Math.max(...worst) : null,
      buffered: sum(snapshot.agents.map(agent => agent.buffered)),
      connected: snapshot.agents.filter(agent => agent.state === "connected").length,
    });
  }

  /** The latest sample that is so old, or the oldest. */
  #sampleBefore(time) {
    let found = this.samples[0];
    for (let i = this.samples.length - 1; i >= 0; i--) {
      if (this.samples[i].at <= time) return this.samples[i];
      found = this.samples[i];
    }
    return found;
  }

  #forget() {
    const oldest = this.clock - KEPT;
    this.samples = this.samples.filter(sample => sample.at >= oldest);
    // Counters are for rates only, and a fleet may be large.
    for (const sample of this.samples) {
      if (sample.at < this.clock - 3 * RATE_OVER) sample.counters = sample.rates = new Map();
    }
    for (const agent of this.agents.values()) {
      while (agent.states.length > 1 && agent.states[1].at < oldest) agent.states.shift();
      agent.gaps = agent.gaps.filter(gap => gap.to >= oldest);
      agent.refills = agent.refills.filter(refill => refill.at >= oldest);
      const last = agent.states.at(-1);
      if (last?.state === "stopped" && last.at < oldest) this.agents.delete(agent.id);
    }
  }
}

export function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
