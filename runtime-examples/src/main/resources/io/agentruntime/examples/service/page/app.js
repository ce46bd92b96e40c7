import { Charts } from "./charts.js";
import { History, sum } from "./history.js";
import { AgentTable, EventTable, showValues } from "./tables.js";
import { count, millis, rate } from "./text.js";
import { Timeline } from "./timeline.js";

const ANNOUNCE_EVERY = 2_000;
const element = id => document.getElementById(id);

const history = new History();
const timeline = new Timeline(element("timeline"), history);
const charts = new Charts(element("charts"), history);
const agents = new AgentTable(element("agents"), id => call("DELETE", "api/agents/" + encodeURIComponent(id), null, "Stopped " + id));
const events = new EventTable(element("events"));

/** Asks the service for something, and says what came of it. */
async function call(method, path, body, done) {
  element("error").textContent = "";
  try {
    const answer = await fetch(path, {
      method,
      headers: body ? { "content-type": "application/json" } : {},
      body: body ? JSON.stringify(body) : undefined,
    });
    if (!answer.ok) {
      const problem = await answer.json().catch(() => ({}));
      throw new Error(problem.detail ?? "The service answered " + answer.status);
    }
    announce(done);
  } catch (e) {
    element("error").textContent = e.message;
  }
}

// What is said to those who do not see it, not too often: what was done, how bad it got meanwhile, how it is now.

let said = 0;
let waiting = null;
let done = "";
let worst = null;
let current = null;
let reachable = true;

function announce(text) {
  done = text;
  say();
}

function summarize(snapshot) {
  const connected = snapshot.agents.filter(agent => agent.state === "connected").length;
  const others = snapshot.agents.filter(agent => agent.state !== "connected").map(agent => agent.id + " " + agent.state);
  const text = connected + " of " + snapshot.agents.length + " agents connected"
      + (others.length && others.length <= 3 ? "; " + others.join(", ") : "");
  if (text === current?.text) return;
  current = { text, missing: others.length };
  if (!worst || current.missing > worst.missing) worst = current;
  say();
}

function say() {
  waiting ??= setTimeout(() => {
    waiting = null;
    said = performance.now();
    const agents = reachable ? [worst?.text !== current?.text ? worst?.text : "", current?.text] : [];
    element("status").textContent = [done, ...agents].filter(Boolean).join(". ");
    done = "";
    worst = current;
  }, Math.max(0, said + ANNOUNCE_EVERY - performance.now()));
}

// What is shown.

function show(id, text, tone) {
  const tile = element(id);
  if (tile.textContent !== text) tile.textContent = text;
  tile.dataset.tone = tone ?? "";
}

function showTiles(snapshot) {
  const now = history.samples.at(-1);
  const all = field => sum(snapshot.agents.map(agent => agent[field]));
  show("tile-connected", now.connected + " of " + snapshot.agents.length,
      now.connected === snapshot.agents.length ? "good" : "bad");
  show("tile-rate", rate(now.received));
  show("tile-age", millis(now.age));
  show("tile-buffered", count(now.buffered));
  show("tile-dropped", count(all("dropped")), all("dropped") ? "bad" : "");
  show("tile-gaps", count(all("gaps")));
  show("tile-refilled", count(all("refilled")));
}

/** The choices as the service has them, whoever made them; one that is being made is left alone. */
function showChoice(select, value) {
  if (document.activeElement === select) return;
  const text = String(value);
  if (![...select.options].some(option => option.value === text)) select.add(new Option(text));
  select.value = text;
}

function showGateway(snapshot) {
  const gateway = snapshot.gateway;
  element("playground").hidden = !gateway;
  if (!gateway) return;
  const text = "gateway " + (gateway.up ? "up" : "down") + ", " + gateway.sockets + " sockets";
  if (element("gateway").textContent !== text) element("gateway").textContent = text;
  showChoice(element("traffic"), gateway.messagesPerSecond);
}

let shownValues = 0;

function onSnapshot(snapshot) {
  history.snapshot(snapshot);
  showGateway(snapshot);
  showChoice(element("work"), snapshot.workMillis);
  showTiles(snapshot);
  agents.show(snapshot, history.samples.at(-1).rates);
  summarize(snapshot);
  if (document.hidden) return;
  timeline.draw();
  charts.draw();
  if (element("values").open && performance.now() - shownValues > 1_000) {
    shownValues = performance.now();
    showValues(element("values-table"), history.samples);
  }
}

// Where it comes from. The browser comes back by itself, and says what it has seen last.

const live = new EventSource("api/live");
let run = null;

live.addEventListener("snapshot", message => onSnapshot(JSON.parse(message.data)));
live.addEventListener("event", message => {
  const from = message.lastEventId.split("-")[0];
  if (run !== from) {
    // Another run of the service has nothing to do with what is remembered.
    if (run !== null) location.reload();
    run = from;
  }
  const event = JSON.parse(message.data);
  history.event(event);
  events.add(event);
});
live.addEventListener("open", () => connection(true));
live.addEventListener("error", () => connection(false));

function connection(open) {
  element("live").dataset.live = open ? "yes" : "no";
  element("live").textContent = open ? "live" : "no connection to the service";
  if (open !== reachable) {
    reachable = open;
    announce(open ? "The service is back" : "No connection to the service");
  }
}

// What can be done.

const FAULTS = {
  "drop": "The sockets are dropped",
  "half-open": "The sockets are half-open",
  "rate-limit": "The gateway answers 429",
  "restart": "The gateway is back",
};

for (const button of document.querySelectorAll("[data-fault]")) {
  button.addEventListener("click", async () => {
    // Not disabled, which would take the focus away.
    if (button.ariaDisabled === "true") return;
    button.ariaDisabled = "true";
    await call("POST", "api/faults/" + button.dataset.fault, null, FAULTS[button.dataset.fault]);
    button.ariaDisabled = "false";
  });
}

element("traffic").addEventListener("change", event => {
  const perSecond = Number(event.target.value);
  call("PUT", "api/traffic", { perSecond }, perSecond + " messages a second");
});
element("work").addEventListener("change", event => {
  const millis = Number(event.target.value);
  call("PUT", "api/work", { millis }, millis + " milliseconds of work on a message");
});
element("start").addEventListener("submit", event => {
  event.preventDefault();
  const name = element("start-name").value;
  call("PUT", "api/agents/" + encodeURIComponent(name), null, "Started " + name);
  event.target.reset();
});
element("values").addEventListener("toggle", () => { shownValues = 0; });
