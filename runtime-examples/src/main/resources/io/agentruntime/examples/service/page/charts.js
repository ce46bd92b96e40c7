import { count, millis, rate } from "./text.js";

const SPAN = 60_000;
const HEIGHT = 140;

/** What is drawn: each with its unit and one series or two of the samples. */
export const CHARTS = [
  { title: "Messages taken a second", series: [["all agents", "received"]], text: rate },
  { title: "Age when taken", series: [["median", "age"], ["worst", "worst"]], text: millis },
  { title: "Waiting in buffers", series: [["messages", "buffered"]], text: count },
  { title: "Dropped a second", series: [["messages", "dropRate"]], text: rate },
];

/** The charts of the samples, drawn by uPlot; made anew when the colours change. */
export class Charts {
  #place;
  #history;
  #drawn = [];

  constructor(place, history) {
    this.#place = place;
    this.#history = history;
    this.#make();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#make());
    new ResizeObserver(() => this.#fit()).observe(place);
  }

  #make() {
    this.#drawn.forEach(({ plot }) => plot.destroy());
    this.#place.replaceChildren();
    const css = getComputedStyle(document.documentElement);
    this.#drawn = CHARTS.map(chart => {
      const figure = document.createElement("figure");
      const caption = document.createElement("figcaption");
      caption.append(chart.title);
      if (chart.series.length > 1) {
        chart.series.forEach(([name], i) => {
          const key = document.createElement("span");
          key.className = "key " + (i === 0 ? "first" : "second");
          caption.append(key, name);
        });
      }
      const box = document.createElement("div");
      box.className = "chart";
      box.setAttribute("role", "img");
      figure.append(caption, box);
      this.#place.append(figure);
      return { chart, box, plot: new uPlot(options(chart, box.clientWidth, css), [[], ...chart.series.map(() => [])], box) };
    });
  }

  #fit() {
    this.#drawn.forEach(({ box, plot }) => plot.setSize({ width: box.clientWidth, height: HEIGHT }));
  }

  draw() {
    const samples = this.#history.samples;
    const now = this.#history.now();
    const times = samples.map(sample => sample.at / 1000);
    for (const { chart, box, plot } of this.#drawn) {
      plot.batch(() => {
        plot.setData([times, ...chart.series.map(([, field]) => samples.map(sample => sample[field]))], false);
        plot.setScale("x", { min: (now - SPAN) / 1000, max: now / 1000 });
        plot.setScale("y", range(chart, samples, now));
      });
      const last = samples.at(-1);
      const label = chart.title + ", now " + chart.series
          .map(([name, field]) => (chart.series.length > 1 ? name + " " : "") + chart.text(last?.[field] ?? null)).join(", ");
      if (box.ariaLabel !== label) box.ariaLabel = label;
    }
  }
}

/** From zero to what fits, and never so close that noise looks like news. */
function range(chart, samples, now) {
  let most = 8;
  for (const sample of samples) {
    if (sample.at < now - SPAN) continue;
    for (const [, field] of chart.series) most = Math.max(most, sample[field] ?? 0);
  }
  return { min: 0, max: most * 1.1 };
}

function options(chart, width, css) {
  const color = name => css.getPropertyValue("--" + name);
  const axis = {
    stroke: color("quiet"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: color("grid"), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    cursor: { show: false },
    legend: { show: false },
    scales: { x: { time: false, auto: false }, y: { auto: false } },
    axes: [
      { ...axis, size: 22, space: 60, values: (plot, splits) => splits.map(at => ago(at, plot.scales.x.max)), splits: plot => tens(plot.scales.x.max) },
      { ...axis, size: 46, space: 32, values: (plot, splits) => splits.map(value => chart.text(value)) },
    ],
    series: [
      {},
      ...chart.series.map(([name], i) => ({
        label: name,
        stroke: color("series-" + (i + 1)),
        width: 1.75,
        dash: i === 0 ? undefined : [5, 3],
        fill: i === 0 && chart.series.length === 1 ? color("series-1") + "22" : undefined,
        points: { show: false },
        spanGaps: true,
      })),
    ],
  };
}

function tens(max) {
  return Array.from({ length: SPAN / 20_000 + 1 }, (_, i) => max - (SPAN / 20_000 - i) * 20);
}

function ago(at, max) {
  const seconds = Math.round(max - at);
  return seconds === 0 ? "now" : "-" + seconds + " s";
}
