import { millis } from "./text.js";

const SPAN = 30_000;
const ROW = 26;
const BAR = 15;
const AXIS = 22;
const NAMES = 92;

/** Draws a row for each agent: its states, with attempts and delays, its gaps and its refills. */
export class Timeline {
  #canvas;
  #history;

  constructor(canvas, history) {
    this.#canvas = canvas;
    this.#history = history;
  }

  draw() {
    const agents = [...this.#history.agents.values()].filter(agent => agent.states.length);
    const width = this.#canvas.clientWidth;
    const height = AXIS + ROW * Math.max(agents.length, 1);
    const pixels = window.devicePixelRatio || 1;
    this.#canvas.style.height = height + "px";
    if (this.#canvas.width !== width * pixels || this.#canvas.height !== height * pixels) {
      this.#canvas.width = width * pixels;
      this.#canvas.height = height * pixels;
    }
    const css = getComputedStyle(document.documentElement);
    const color = name => css.getPropertyValue("--" + name);
    const now = this.#history.now();
    const x = time => NAMES + (width - NAMES) * (1 - (now - time) / SPAN);
    const g = this.#canvas.getContext("2d");
    g.setTransform(pixels, 0, 0, pixels, 0, 0);
    g.clearRect(0, 0, width, height);
    g.font = "12px system-ui, sans-serif";
    g.textBaseline = "middle";
    this.#axis(g, x, now, height, color);
    agents.forEach((agent, row) => this.#row(g, x, now, AXIS + row * ROW, agent, color));
  }

  #axis(g, x, now, height, color) {
    g.textAlign = "center";
    for (let ago = 0; ago <= SPAN; ago += 5_000) {
      const at = Math.round(x(now - ago)) + 0.5;
      g.strokeStyle = color("grid");
      g.beginPath();
      g.moveTo(at, AXIS - 4);
      g.lineTo(at, height);
      g.stroke();
      g.fillStyle = color("quiet");
      g.textAlign = ago === 0 ? "right" : ago === SPAN ? "left" : "center";
      g.fillText(ago === 0 ? "now" : "-" + ago / 1000 + " s", at, 8);
    }
  }

  #row(g, x, now, top, agent, color) {
    const bar = top + (ROW - BAR) / 2;
    g.textAlign = "left";
    g.fillStyle = color("text");
    g.fillText(agent.id, 0, bar + BAR / 2, NAMES - 8);
    g.save();
    g.beginPath();
    g.rect(NAMES, top, g.canvas.clientWidth - NAMES, ROW);
    g.clip();
    agent.states.forEach((entry, i) => {
      const end = agent.states[i + 1]?.at ?? now;
      if (end >= now - SPAN && entry.state !== "stopped") this.#state(g, x, bar, entry, end, color);
    });
    g.fillStyle = color("gap");
    for (const gap of agent.gaps) {
      g.fillRect(x(gap.from), bar + BAR + 1, Math.max(2, x(gap.to) - x(gap.from)), 3);
    }
    g.fillStyle = color("refill");
    for (const refill of agent.refills) this.#diamond(g, x(refill.at), bar + BAR / 2);
    g.restore();
  }

  #state(g, x, bar, entry, end, color) {
    const from = x(entry.at);
    const wide = Math.max(1.5, x(end) - from);
    g.fillStyle = color(entry.state);
    g.fillRect(from, bar, wide - 0.5, BAR);
    if (entry.state === "reconnecting" && wide > 12) {
      g.fillStyle = color("on-state");
      const text = wide > 64 ? entry.attempt + " in " + millis(entry.delay) : String(entry.attempt);
      g.fillText(text, from + 4, bar + BAR / 2 + 0.5, wide - 6);
    }
  }

  #diamond(g, x, y) {
    g.beginPath();
    g.moveTo(x, y - 5);
    g.lineTo(x + 5, y);
    g.lineTo(x, y + 5);
    g.lineTo(x - 5, y);
    g.fill();
  }
}
