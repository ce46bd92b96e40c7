/** Numbers, times and events in words. */

export function count(value) {
  return value < 10_000 ? String(Math.round(value)) : Math.round(value / 1000) + " k";
}

export function rate(value) {
  return value === null ? "–" : value < 10 && value % 1 ? value.toFixed(1) : count(value);
}

export function millis(value) {
  if (value === null || value === undefined) return "–";
  return value < 1000 ? value + " ms" : (value / 1000).toFixed(1) + " s";
}

export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return seconds + " s";
  if (seconds < 3600) return Math.floor(seconds / 60) + " min " + (seconds % 60) + " s";
  return Math.floor(seconds / 3600) + " h " + Math.floor((seconds % 3600) / 60) + " min";
}

export function clock(milliseconds) {
  return new Date(milliseconds).toLocaleTimeString("en-GB") + "." + String(milliseconds % 1000).padStart(3, "0");
}

export function what(event) {
  switch (event.kind) {
    case "started": return "is started";
    case "stopped": return "is stopped";
    case "gap": return "hears of a gap of " + millis(Date.parse(event.to) - Date.parse(event.from)) + ": " + event.reason;
    case "refill": return "gets " + event.messages + (event.messages === 1 ? " missed message" : " missed messages") + " from the history";
    case "problem": return event.text;
    case "state": return event.state
        + (event.attempt ? ", attempt " + event.attempt + " in " + millis(event.delayMillis) : "")
        + (event.cause ? ": " + event.cause : "");
    default: return event.kind;
  }
}
