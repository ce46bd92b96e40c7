// Sends messages over one transport, counts what comes back, and says how it was closed.
import SockJS from 'sockjs-client'

const [, , url, transport, count] = process.argv
const characters = ['%', '"', '\\', '\r', '\n', '\0', '\u200c', '\u2028', '\ufff0', '\u{1f600}', 'é', '€', '/', 'x']
const text = i => `${i}|${Array.from({ length: 1 + (i % 60) }, (_, k) => characters[(i * 7 + k) % characters.length]).join('')}`
const result = { received: 0, wrong: 0 }

const socket = new SockJS(url, null, { transports: transport, timeout: 10_000 })
socket.onopen = () => {
  result.transport = socket.transport
  for (let i = 0; i < Number(count); i++) {
    socket.send(text(i))
  }
}
socket.onmessage = event => {
  if (event.data !== text(result.received)) {
    result.wrong++
  }
  if (++result.received === Number(count)) {
    socket.send('bye')
  }
}
socket.onheartbeat = () => {
  result.heartbeats = (result.heartbeats ?? 0) + 1
}
socket.onclose = event => {
  console.log(JSON.stringify({ ...result, code: event.code, reason: event.reason, clean: event.wasClean }))
  process.exit(0)
}
