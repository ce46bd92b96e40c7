import { CHARTS } from "./charts.js";
import { clock, count, duration, millis, rate, what } from "./text.js";

const EVENTS_SHOWN = 200;

/** Writes only what has changed, so that reading along is not disturbed. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A row for each agent, kept as long as the agent is there: the focus stays where it is. */
export class AgentTable {
  #body;
  #title;
  #stop;
  #rows = new Map();

  constructor(table, stop) {
    this.#body = table.tBodies[0];
    this.#title = table.closest("section").querySelector("h2");
    this.#stop = stop;
  }

  show(snapshot, rates) {
    const now = Date.parse(snapshot.at);
    const present = new Set(snapshot.agents.map(agent => agent.id));
    for (const [id, row] of this.#rows) {
      if (!present.has(id)) {
        const focused = row.contains(document.activeElement);
        row.remove();
        // Not back to the top of the page.
        if (focused) this.#title.focus();
        this.#rows.delete(id);
      }
    }
    snapshot.agents.forEach((agent, i) => {
      const row = this.#rows.get(agent.id) ?? this.#add(agent.id);
      if (this.#body.rows[i] !== row) this.#body.insertBefore(row, this.#body.rows[i] ?? null);
      this.#fill(row, agent, now, rates?.get(agent.id) ?? null);
    });
  }

  #add(id) {
    const row = document.createElement("tr");
    const name = document.createElement("th");
    name.scope = "row";
    name.textContent = id;
    row.append(name);
    for (let i = 1; i <= 10; i++) row.append(document.createElement("td"));
    for (let i = 4; i <= 10; i++) row.cells[i].className = "number";
    row.cells[1].append(Object.assign(document.createElement("span"), { className: "state" }));
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Stop";
    button.ariaLabel = "Stop " + id;
    button.addEventListener("click", () => this.#stop(id));
    row.append(document.createElement("td"));
    row.lastElementChild.append(button);
    this.#rows.set(id, row);
    return row;
  }

  #fill(row, agent, now, messages) {
    const cells = row.cells;
    const state = cells[1].firstElementChild;
    write(state, agent.state);
    state.dataset.state = agent.state;
    write(cells[2], duration(now - Date.parse(agent.since)));
    write(cells[3], agent.attempt ? agent.attempt + " in " + millis(agent.delayMillis) : "–");
    cells[3].title = agent.cause ?? "";
    write(cells[4], count(agent.sessions));
    write(cells[5], rate(messages));
    write(cells[6], millis(agent.ageMillis) + " / " + millis(agent.worstAgeMillis));
    write(cells[7], agent.buffered + " of " + agent.capacity);
    write(cells[8], count(agent.dropped));
    write(cells[9], count(agent.gaps));
    write(cells[10], count(agent.refilled));
  }
}

/** The latest events, newest first. */
export class EventTable {
  #body;

  constructor(table) {
    this.#body = table.tBodies[0];
  }

  clear() {
    this.#body.replaceChildren();
  }

  add(event) {
    const row = document.createElement("tr");
    const time = document.createElement("time");
    time.dateTime = event.at;
    time.textContent = clock(Date.parse(event.at));
    const cells = [time, event.agent, what(event)].map(content => {
      const cell = document.createElement("td");
      cell.append(content);
      return cell;
    });
    row.append(...cells);
    this.#body.prepend(row);
    while (this.#body.rows.length > EVENTS_SHOWN) this.#body.lastElementChild.remove();
  }
}

/** What the charts show, a row a second, while somebody looks. */
export function showValues(table, samples) {
  const head = ["Time", ...CHARTS.flatMap(chart => chart.series.map(
      ([name]) => chart.title + (chart.series.length > 1 ? ", " + name : "")))];
  const rows = samples.filter((_, i) => (samples.length - 1 - i) % 4 === 0).slice(-10).reverse();
  const header = document.createElement("thead");
  header.append(line("th", head));
  header.querySelectorAll("th").forEach(cell => { cell.scope = "col"; });
  const body = document.createElement("tbody");
  body.append(...rows.map(sample => line("td", [
    clock(sample.at), ...CHARTS.flatMap(chart => chart.series.map(([, field]) => chart.text(sample[field]))),
  ])));
  table.replaceChildren(header, body);
}

function line(tag, texts) {
  const row = document.createElement("tr");
  row.append(...texts.map(text => Object.assign(document.createElement(tag), { textContent: text })));
  return row;
}
